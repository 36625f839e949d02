//! The catalogue of permissions and built-in roles in the database, kept like the one that is compiled in.

use std::cell::RefCell;

use diesel::QueryResult;
use stoa_domain::kernel::permission::{self, Permission};

use super::built_in;
use super::rows::PermissionRow;
use crate::persistence::connection::{Conn, on};
use crate::persistence::schema::control::permissions;

/// What it takes to make the stored catalogue like the compiled one: the codes, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogueChange {
    /// Codes that are new, or back again.
    pub added: Vec<String>,
    /// Codes whose module or description is another.
    pub reworded: Vec<String>,
    /// Codes that the program no longer has. They stay, marked as retired.
    pub retired: Vec<String>,
    /// Keys of built-in roles that are new or give, say or exclude something else.
    pub roles: Vec<String>,
}

impl CatalogueChange {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn between(stored: &[PermissionRow], compiled: &[Permission]) -> Self {
        let mut change = Self::default();
        for permission in compiled.iter().map(|permission| PermissionRow::from(*permission)) {
            match stored.iter().find(|row| row.code == permission.code) {
                Some(row) if *row == permission => {}
                Some(row) if !row.retired => change.reworded.push(permission.code),
                _ => change.added.push(permission.code),
            }
        }
        let is_compiled = |row: &&PermissionRow| compiled.iter().any(|permission| permission.code() == row.code);
        let gone = stored.iter().filter(|row| !row.retired && !is_compiled(row));
        change.retired = gone.map(|row| row.code.clone()).collect();
        for codes in [&mut change.added, &mut change.reworded, &mut change.retired] {
            codes.sort();
        }
        change
    }
}

/// What [`write`] would do.
pub(in crate::persistence) fn difference(conn: &RefCell<Conn<'_>>) -> QueryResult<CatalogueChange> {
    let stored = on!(conn, c => permissions::table.load::<PermissionRow>(c))?;
    let roles = built_in::outdated(conn)?.into_iter().map(|template| template.key.to_owned()).collect();
    Ok(CatalogueChange { roles, ..CatalogueChange::between(&stored, permission::ALL) })
}

/// Makes the stored catalogue like the compiled one, inside the caller's transaction; answers what that took.
pub(in crate::persistence) fn write(conn: &RefCell<Conn<'_>>) -> QueryResult<CatalogueChange> {
    let change = difference(conn)?;
    for code in change.added.iter().chain(&change.reworded) {
        let Some(row) = Permission::of_code(code).map(PermissionRow::from) else { continue };
        on!(conn, c => {
            diesel::insert_into(permissions::table)
                .values(&row)
                .on_conflict(permissions::code)
                .do_update()
                .set(&row)
                .execute(c)
        })?;
    }
    on!(conn, c => {
        let gone = permissions::table.filter(permissions::code.eq_any(&change.retired));
        diesel::update(gone).set(permissions::retired.eq(true)).execute(c)
    })?;
    built_in::write(conn, &built_in::outdated(conn)?)?;
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stoa_domain::kernel::permission::{USER_VIEW, WAREHOUSE_MANAGE, WAREHOUSE_VIEW};

    fn row(code: &str, retired: bool) -> PermissionRow {
        PermissionRow { code: code.into(), module: "yard".into(), description: "See yards".into(), retired }
    }

    #[test]
    fn like_catalogues_need_no_change() {
        let stored: Vec<_> = permission::ALL.iter().map(|permission| PermissionRow::from(*permission)).collect();
        assert!(CatalogueChange::between(&stored, permission::ALL).is_empty());
    }

    #[test]
    fn what_is_new_what_reads_otherwise_and_what_is_gone_is_told_apart() {
        let back = PermissionRow { retired: true, ..PermissionRow::from(USER_VIEW) };
        let stored = [row("yard.view", false), row("warehouse.view", false), back, row("dock.view", true)];
        let change = CatalogueChange::between(&stored, &[WAREHOUSE_VIEW, WAREHOUSE_MANAGE, USER_VIEW]);
        assert_eq!(change.added, ["user.view", "warehouse.manage"]);
        assert_eq!((change.reworded, change.retired), (vec!["warehouse.view".into()], vec!["yard.view".into()]));
    }
}

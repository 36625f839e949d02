//! The built-in roles in the database, kept like those that are compiled in.

use std::cell::RefCell;
use std::collections::BTreeSet;

use diesel::prelude::*;
use stoa_domain::access::templates::{self, Template};
use uuid::Uuid;

use super::role_rows::{RoleRow, excluded_by};
use crate::persistence::connection::{Conn, on};
use crate::persistence::schema::control::{role_exclusions, role_permissions, roles};
use crate::persistence::sql_types::{At, Id};
use crate::sources::system;

/// What is compared of a built-in role.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    id: Uuid,
    key: String,
    name: String,
    description: Option<String>,
    permissions: BTreeSet<String>,
    excludes: BTreeSet<Uuid>,
}

impl From<&Template> for Picture {
    fn from(template: &Template) -> Self {
        Self {
            id: template.id().as_uuid(),
            key: template.key.to_owned(),
            name: template.name.to_owned(),
            description: Some(template.description.to_owned()),
            permissions: template.permissions.iter().map(|permission| permission.code().to_owned()).collect(),
            excludes: excluded_by(template).map(|id| id.0).collect(),
        }
    }
}

fn stored(conn: &RefCell<Conn<'_>>) -> QueryResult<Vec<Picture>> {
    let built_in = roles::table.filter(roles::organization_id.is_null());
    let rows = on!(conn, c => built_in.load::<RoleRow>(c))?;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let permissions = role_permissions::table.filter(role_permissions::role_id.eq_any(&ids));
    let permissions = on!(conn, c => permissions.load::<(Id, String)>(c))?;
    let excludes = role_exclusions::table.filter(role_exclusions::role_id.eq_any(&ids));
    let excludes = on!(conn, c => excludes.load::<(Id, Id)>(c))?;
    let picture = |row: RoleRow| Picture {
        permissions: permissions.iter().filter(|(id, _)| *id == row.id).map(|(_, code)| code.clone()).collect(),
        excludes: excludes.iter().filter(|(id, _)| *id == row.id).map(|(_, other)| other.0).collect(),
        id: row.id.0,
        key: row.key,
        name: row.name,
        description: row.description,
    };
    Ok(rows.into_iter().map(picture).collect())
}

/// The built-in roles that are not stored as they are compiled in.
pub(super) fn outdated(conn: &RefCell<Conn<'_>>) -> QueryResult<Vec<&'static Template>> {
    let stored = stored(conn)?;
    Ok(templates::ALL.iter().filter(|template| !stored.contains(&Picture::from(*template))).collect())
}

/// Makes these built-in roles what is compiled in; the permissions they give are there already.
pub(super) fn write(conn: &RefCell<Conn<'_>>, outdated: &[&Template]) -> QueryResult<()> {
    let now = system().clock.now();
    for template in outdated {
        let row = RoleRow::of_template(template, now);
        let again = (
            roles::key.eq(row.key.clone()),
            roles::name.eq(row.name.clone()),
            roles::description.eq(row.description.clone()),
            roles::version.eq(roles::version + 1),
            roles::updated_at.eq(At(now)),
        );
        on!(conn, c => {
            diesel::insert_into(roles::table).values(&row).on_conflict(roles::id).do_update().set(again).execute(c)
        })?;
    }
    // Only now is each there that another excludes.
    outdated.iter().try_for_each(|template| write_belongings(conn, template))
}

fn write_belongings(conn: &RefCell<Conn<'_>>, template: &Template) -> QueryResult<()> {
    let id = Id::from(template.id());
    let permissions = role_permissions::table.filter(role_permissions::role_id.eq(id));
    let excludes = role_exclusions::table.filter(role_exclusions::role_id.eq(id));
    on!(conn, c => {
        diesel::delete(permissions).execute(c)?;
        diesel::delete(excludes).execute(c)?;
    });
    for permission in template.permissions {
        let row = (role_permissions::role_id.eq(id), role_permissions::permission.eq(permission.code()));
        on!(conn, c => diesel::insert_into(role_permissions::table).values(row).execute(c))?;
    }
    for other in excluded_by(template) {
        let row = (role_exclusions::role_id.eq(id), role_exclusions::excluded_id.eq(other));
        on!(conn, c => diesel::insert_into(role_exclusions::table).values(row).execute(c))?;
    }
    Ok(())
}

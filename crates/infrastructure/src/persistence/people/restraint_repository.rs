//! What keeps people from working, in the control plane: a table for each kind, and a view over all.

use diesel::dsl::{And, Gt, IsNull, LtEq, Or, exists, not};
use diesel::helper_types::Filter;
use diesel::prelude::*;
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::ports::{BY_BEGINNING, RestraintRepository};
use stoa_domain::people::restraint::{Restraint, RestraintKind};

use super::rows::RestraintRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::{
    organization_standings, user_active_status, user_archives, user_restraints, user_suspensions,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

type Unended = Or<IsNull<user_restraints::until_at>, Gt<user_restraints::until_at, Option<At>>>;
type InForce = Filter<user_restraints::table, And<LtEq<user_restraints::from_at, At>, Unended>>;

/// The restraints in force at this instant.
pub(in crate::persistence) fn restraints_in_force(at: Timestamp) -> InForce {
    let unended = user_restraints::until_at.is_null().or(user_restraints::until_at.gt(Some(At(at))));
    user_restraints::table.filter(user_restraints::from_at.le(At(at)).and(unended))
}

/// Runs the same statement on the table of the restraint's kind.
macro_rules! of_kind {
    ($kind:expr, $table:ident => $body:expr) => {
        match $kind {
            RestraintKind::Inactive => {
                use user_active_status as $table;
                $body
            }
            RestraintKind::Suspended => {
                use user_suspensions as $table;
                $body
            }
            RestraintKind::Archived => {
                use user_archives as $table;
                $body
            }
        }
    };
}

impl Control<'_> {
    /// What is in force for these people, for their accounts and in every organization.
    pub(in crate::persistence) fn restraints_of(
        &self,
        users: &[Id],
        at: Timestamp,
    ) -> Result<Vec<Restraint>, StoreError> {
        let query = restraints_in_force(at).filter(user_restraints::user_id.eq_any(users.to_vec()));
        let rows = on!(self.conn, c => query.load::<RestraintRow>(c)).map_err(fault)?;
        rows.into_iter().map(Restraint::try_from).collect()
    }
}

impl RestraintRepository for Control<'_> {
    fn in_force(&self, user: UserId, at: Timestamp) -> Result<Vec<Restraint>, StoreError> {
        self.restraints_of(&[Id::from(user)], at)
    }

    fn begin(&self, restraint: &Restraint) -> Result<(), StoreError> {
        of_kind!(restraint.kind, table => {
            let row = (
                table::id.eq(Id::from(restraint.id)),
                table::user_id.eq(Id::from(restraint.user_id)),
                table::organization_id.eq(restraint.organization_id.map(Id::from)),
                table::from_at.eq(At(restraint.from)),
                table::until_at.eq(restraint.until.map(At)),
                table::by_user_id.eq(Id::from(restraint.by)),
                table::reason.eq(restraint.reason.as_str()),
            );
            on!(self.conn, c => diesel::insert_into(table::table).values(row).execute(c)).map_err(fault).map(drop)
        })
    }

    fn end(&self, restraint: &Restraint) -> Result<(), StoreError> {
        let ending = restraint.ending.as_ref();
        let ended = of_kind!(restraint.kind, table => {
            let present = table::table.find(Id::from(restraint.id)).filter(table::ended_by.is_null());
            let end = (
                table::until_at.eq(restraint.until.map(At)),
                table::ended_by.eq(ending.map(|ending| Id::from(ending.by))),
                table::ended_reason.eq(ending.map(|ending| ending.reason.as_str())),
            );
            on!(self.conn, c => diesel::update(present).set(end).execute(c)).map_err(fault)?
        });
        if ended == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    fn history(
        &self,
        user: UserId,
        organization: Option<OrganizationId>,
        window: &Window,
    ) -> Result<Page<Restraint>, StoreError> {
        use user_restraints::{from_at, id, organization_id, user_id};

        let (rows, total) = on!(self.conn, c => {
            let all = || {
                let rows = user_restraints::table.filter(user_id.eq(Id::from(user))).into_boxed();
                match organization {
                    Some(organization) => rows.filter(organization_id.eq(Some(Id::from(organization)))),
                    None => rows.filter(organization_id.is_null()),
                }
            };
            let (mut rows, mut total) = (all(), None);
            match &window.start {
                Start::Offset(_) => total = Some(all().count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (at, last) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(from_at.lt(at).or(from_at.eq(at).and(id.lt(last))));
                }
            }
            let rows = rows.order_by((from_at.desc(), id.desc())).limit(window.fetch()).offset(window.offset());
            (rows.load::<RestraintRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(Restraint::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_BEGINNING.to_owned(),
            value: instant_text(At(last.from)),
            id: last.id.as_uuid(),
        }))
    }

    fn led_by(&self, user: UserId) -> Result<Vec<OrganizationId>, StoreError> {
        use organization_standings::{organization_id, rank, user_id};

        let led = organization_standings::table
            .filter(user_id.eq(Id::from(user)))
            .filter(rank.ne(Rank::Member.as_str()))
            .order_by(organization_id.asc())
            .select(organization_id);
        let ids = on!(self.conn, c => led.load::<Id>(c)).map_err(fault)?;
        Ok(ids.into_iter().map(OrganizationId::from).collect())
    }

    fn is_last_leader(&self, user: UserId, organization: OrganizationId, at: Timestamp) -> Result<bool, StoreError> {
        use organization_standings::{organization_id, rank, user_id};

        let others = organization_standings::table
            .filter(organization_id.eq(Id::from(organization)))
            .filter(user_id.ne(Id::from(user)));
        let kept_out = restraints_in_force(at).filter(user_restraints::user_id.eq(user_id)).filter(
            user_restraints::organization_id
                .is_null()
                .or(user_restraints::organization_id.eq(organization_id.nullable())),
        );
        let leaders = others.filter(rank.ne(Rank::Member.as_str())).filter(not(exists(kept_out)));
        let query = diesel::select((exists(others), exists(leaders)));
        let (has_others, has_leaders) = on!(self.conn, c => query.get_result::<(bool, bool)>(c)).map_err(fault)?;
        Ok(has_others && !has_leaders)
    }
}

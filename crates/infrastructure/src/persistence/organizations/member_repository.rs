//! Members in the control plane.

use diesel::prelude::*;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Member, Membership};
use stoa_domain::organizations::ports::{BY_JOINING, MemberRepository};

use super::rows::{MemberRow, rank_of};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::{
    organization_admins, organization_members, organization_owners, organization_standings, user_profile, users,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl MemberRepository for Control<'_> {
    fn find(&self, scope: &TenantScope, user: UserId) -> Result<Option<Membership>, StoreError> {
        use organization_standings::{joined_at, rank};

        let query =
            organization_standings::table.find((Id::from(scope.tenant()), Id::from(user))).select((rank, joined_at));
        let row = on!(self.conn, c => query.first::<(String, At)>(c).optional()).map_err(fault)?;
        row.map(|(role, at)| {
            Ok(Membership { organization_id: scope.tenant(), user_id: user, role: rank_of(&role)?, joined_at: at.0 })
        })
        .transpose()
    }

    fn list(&self, scope: &TenantScope, window: &Window, at: Timestamp) -> Result<Page<Member>, StoreError> {
        self.list_ranked(scope, None, window, at)
    }

    fn list_plain(&self, scope: &TenantScope) -> Result<Vec<UserId>, StoreError> {
        use organization_standings::{organization_id, rank, user_id};

        let plain = organization_standings::table
            .filter(organization_id.eq(Id::from(scope.tenant())))
            .filter(rank.eq(Rank::Member.as_str()))
            .order_by(user_id.asc())
            .select(user_id);
        let ids = on!(self.conn, c => plain.load::<Id>(c)).map_err(fault)?;
        Ok(ids.into_iter().map(UserId::from).collect())
    }

    fn insert(&self, membership: &Membership) -> Result<(), StoreError> {
        let (organization, user) = (Id::from(membership.organization_id), Id::from(membership.user_id));
        let since = At(membership.joined_at);
        let member = (
            organization_members::organization_id.eq(organization),
            organization_members::user_id.eq(user),
            organization_members::joined_at.eq(since),
        );
        let inserted = on!(self.conn, c => {
            diesel::insert_into(organization_members::table).values(member).on_conflict_do_nothing().execute(c)
        });
        if inserted.map_err(fault)? == 0 {
            return Err(StoreError::Duplicate);
        }
        match membership.role {
            Rank::Member => Ok(()),
            Rank::Admin => {
                let admin = (
                    organization_admins::organization_id.eq(organization),
                    organization_admins::user_id.eq(user),
                    organization_admins::granted_at.eq(since),
                );
                on!(self.conn, c => diesel::insert_into(organization_admins::table).values(admin).execute(c))
                    .map_err(fault)
                    .map(drop)
            }
            Rank::Owner => {
                let owner = (
                    organization_owners::organization_id.eq(organization),
                    organization_owners::user_id.eq(user),
                    organization_owners::owned_from.eq(since),
                );
                on!(self.conn, c => diesel::insert_into(organization_owners::table).values(owner).execute(c))
                    .map_err(fault)
                    .map(drop)
            }
        }
    }

    fn remove(&self, scope: &TenantScope, user: UserId) -> Result<bool, StoreError> {
        let (organization, user) = (Id::from(scope.tenant()), Id::from(user));
        let owned = organization_owners::table
            .filter(organization_owners::organization_id.eq(organization))
            .filter(organization_owners::user_id.eq(user))
            .filter(organization_owners::owned_until.is_null());
        let member = organization_members::table
            .filter(organization_members::organization_id.eq(organization))
            .filter(organization_members::user_id.eq(user))
            .filter(diesel::dsl::not(diesel::dsl::exists(owned)));
        let removed = on!(self.conn, c => diesel::delete(member).execute(c)).map_err(fault)?;
        Ok(removed == 1)
    }
}

impl Control<'_> {
    /// The members of the scope's organization, or those of one rank, as they are at `now`, by time of
    /// joining.
    pub(super) fn list_ranked(
        &self,
        scope: &TenantScope,
        only: Option<Rank>,
        window: &Window,
        now: Timestamp,
    ) -> Result<Page<Member>, StoreError> {
        use organization_standings::{joined_at, organization_id, rank, user_id};

        let own = organization_standings::table.filter(organization_id.eq(Id::from(scope.tenant())));
        let (rows, total) = on!(self.conn, c => {
            let mut rows = own
                .inner_join(users::table.on(users::id.eq(user_id)))
                .inner_join(user_profile::table.on(user_profile::user_id.eq(user_id)))
                .select((users::id, users::email, user_profile::name, rank, joined_at))
                .into_boxed();
            let mut counted = own.into_boxed();
            if let Some(only) = only {
                rows = rows.filter(rank.eq(only.as_str()));
                counted = counted.filter(rank.eq(only.as_str()));
            }
            let mut total = None;
            match &window.start {
                Start::Offset(_) => total = Some(counted.count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (at, id) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(joined_at.gt(at).or(joined_at.eq(at).and(user_id.gt(id))));
                }
            }
            let rows = rows.order_by((joined_at.asc(), user_id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<MemberRow>(c).map_err(fault)?, total)
        });
        let ids: Vec<_> = rows.iter().map(MemberRow::id).collect();
        let in_force = self.restraints_of(&ids, now)?;
        let members = rows.into_iter().map(|row| row.under(scope.tenant(), &in_force));
        let items = members.collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_JOINING.to_owned(),
            value: instant_text(At(last.joined_at)),
            id: last.user_id.as_uuid(),
        }))
    }
}

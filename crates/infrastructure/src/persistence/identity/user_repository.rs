//! People in the control plane.

use diesel::prelude::*;
use stoa_domain::identity::ports::UserRepository;
use stoa_domain::identity::user::{Account, User};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::phone::Phone;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use stoa_domain::organizations::organization::Affiliation;

use super::rows::UserRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::organizations::rows::AffiliationRow;
use crate::persistence::people::rows::NewProfileRow;
use crate::persistence::schema::control::{organization_active_status, organization_standings, user_profile, users};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl UserRepository for Control<'_> {
    fn find_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        let query = users::table
            .inner_join(user_profile::table.on(user_profile::user_id.eq(users::id)))
            .filter(users::email.eq(email.as_str()))
            .select((
                users::id,
                users::email,
                users::platform,
                users::created_at,
                users::email_verified_at,
                user_profile::name,
                user_profile::phone,
            ));
        let row = on!(self.conn, c => query.first::<UserRow>(c).optional()).map_err(fault)?;
        row.map(User::try_from).transpose()
    }

    fn find_account(&self, id: UserId) -> Result<Option<Account>, StoreError> {
        use organization_standings::{joined_at, organization_id, rank, user_id};

        let standing = organization_active_status::organization_id.eq(organization_id);
        let query = users::table
            .inner_join(user_profile::table.on(user_profile::user_id.eq(users::id)))
            .left_join(organization_standings::table.on(user_id.eq(users::id)))
            .left_join(organization_active_status::table.on(standing))
            .filter(users::id.eq(Id::from(id)))
            .order_by((joined_at.asc(), organization_id.asc()))
            .select((
                (
                    users::id,
                    users::email,
                    users::platform,
                    users::created_at,
                    users::email_verified_at,
                    user_profile::name,
                    user_profile::phone,
                ),
                (organization_active_status::all_columns, rank).nullable(),
            ));
        let rows = on!(self.conn, c => query.load::<(UserRow, Option<AffiliationRow>)>(c)).map_err(fault)?;

        let mut person = None;
        let mut places = Vec::new();
        for (user, place) in rows {
            person.get_or_insert(user);
            places.extend(place.map(Affiliation::try_from).transpose()?);
        }
        places.retain(|place| place.status != OrganizationStatus::Archived);
        let person = person.map(User::try_from).transpose()?;
        Ok(person.map(|user| Account { user, organizations: places }))
    }

    fn insert(&self, user: &User) -> Result<(), StoreError> {
        let (id, since) = (Id::from(user.id), At(user.created_at));
        let identity = (
            users::id.eq(id),
            users::email.eq(user.email.as_str()),
            users::platform.eq(user.platform.as_str()),
            users::created_at.eq(since),
            users::email_verified_at.eq(user.email_verified_at.map(At)),
        );
        let inserted = on!(self.conn, c => {
            diesel::insert_into(users::table).values(identity).on_conflict_do_nothing().execute(c)
        });
        if inserted.map_err(fault)? == 0 {
            return Err(StoreError::Duplicate);
        }
        let profile = NewProfileRow::new(user);
        on!(self.conn, c => diesel::insert_into(user_profile::table).values(&profile).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn mark_verified(&self, id: UserId, at: Timestamp) -> Result<bool, StoreError> {
        let unverified = users::table.filter(users::id.eq(Id::from(id))).filter(users::email_verified_at.is_null());
        let verified = on!(self.conn, c => {
            diesel::update(unverified).set(users::email_verified_at.eq(Some(At(at)))).execute(c)
        });
        Ok(verified.map_err(fault)? == 1)
    }

    fn note_phone(&self, id: UserId, phone: &Phone, at: Timestamp) -> Result<bool, StoreError> {
        let without =
            user_profile::table.filter(user_profile::user_id.eq(Id::from(id))).filter(user_profile::phone.is_null());
        let change = (
            user_profile::phone.eq(Some(phone.as_str())),
            user_profile::version.eq(user_profile::version + 1),
            user_profile::updated_at.eq(At(at)),
        );
        let noted = on!(self.conn, c => diesel::update(without).set(change).execute(c));
        Ok(noted.map_err(fault)? == 1)
    }
}

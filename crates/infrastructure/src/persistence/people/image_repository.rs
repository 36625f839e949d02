//! Pictures of people in the control plane, until there is a storage for files.

use diesel::prelude::*;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::image::{ImageFacts, ProfileImage};
use stoa_domain::people::ports::ProfileImageRepository;

use super::rows::{FACTS, ImageFactsRow, ProfileImageRow};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::user_profile_images::{self, bytes, user_id};
use crate::persistence::sql_types::Id;
use crate::persistence::unit_of_work::Control;

impl ProfileImageRepository for Control<'_> {
    fn find(&self, user: UserId) -> Result<Option<ProfileImage>, StoreError> {
        let query = user_profile_images::table.find(Id::from(user)).select((FACTS, bytes));
        let row = on!(self.conn, c => query.first::<(ImageFactsRow, Vec<u8>)>(c).optional()).map_err(fault)?;
        row.map(|(facts, content)| Ok(ProfileImage { facts: facts.try_into()?, bytes: content })).transpose()
    }

    fn find_facts(&self, user: UserId) -> Result<Option<ImageFacts>, StoreError> {
        let query = user_profile_images::table.find(Id::from(user)).select(FACTS);
        let row = on!(self.conn, c => query.first::<ImageFactsRow>(c).optional()).map_err(fault)?;
        row.map(ImageFacts::try_from).transpose()
    }

    fn put(&self, user: UserId, image: &ProfileImage) -> Result<(), StoreError> {
        let row = ProfileImageRow::new(user, image)?;
        on!(self.conn, c => {
            diesel::insert_into(user_profile_images::table)
                .values(&row)
                .on_conflict(user_id)
                .do_update()
                .set(&row)
                .execute(c)
        })
        .map_err(fault)?;
        Ok(())
    }

    fn remove(&self, user: UserId) -> Result<bool, StoreError> {
        let image = user_profile_images::table.find(Id::from(user));
        let removed = on!(self.conn, c => diesel::delete(image).execute(c)).map_err(fault)?;
        Ok(removed == 1)
    }
}

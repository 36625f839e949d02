//! A platform administrator lists those who asked to be registered.

use stoa_domain::identity::dto::ListRegistrationsRequest;
use stoa_domain::identity::registration::Registration;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListRegistrationsError {
    /// The caller does not administer the platform.
    #[error("the caller does not administer the platform")]
    Forbidden,
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Forbidden> for ListRegistrationsError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl IdentityService {
    /// Lists requests, by time of requesting.
    ///
    /// # Errors
    /// See [`ListRegistrationsError`].
    pub fn list_registrations(
        &self,
        actor: &Actor,
        request: &ListRegistrationsRequest,
    ) -> Result<Page<Registration>, ListRegistrationsError> {
        let scope = actor.authorize_platform()?;
        let window = request.window()?;
        self.work.snapshot(&scope.control(), |tx| Ok(tx.registrations.list(request.status, &window)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, platform_admin, registration, stranger};
    use super::*;
    use stoa_domain::identity::registration::RegistrationStatus;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn the_list_is_of_the_status_asked_for() {
        let mut store = Store::default();
        store
            .registrations
            .expect_list()
            .withf(|status, window| (*status, window.size) == (Some(RegistrationStatus::Pending), 5))
            .times(1)
            .returning(|_, window| {
                Ok(Page { items: vec![registration()], total: Some(1), offset: Some(0), size: window.size, next: None })
            });
        let request = ListRegistrationsRequest {
            status: Some(RegistrationStatus::Pending),
            page_size: Some(5),
            ..ListRegistrationsRequest::default()
        };
        let page = store.service().list_registrations(&platform_admin(), &request).unwrap();
        assert_eq!(page.items, [registration()]);
    }

    #[test]
    fn only_a_platform_administrator_sees_it() {
        for other in [actor(Rank::Owner), stranger()] {
            let result = Store::default().service().list_registrations(&other, &ListRegistrationsRequest::default());
            assert_eq!(result, Err(ListRegistrationsError::Forbidden));
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = ListRegistrationsRequest { page: Some(0), ..ListRegistrationsRequest::default() };
        match Store::default().service().list_registrations(&platform_admin(), &request) {
            Err(ListRegistrationsError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let service = Store::which_is_down().service();
        let result = service.list_registrations(&platform_admin(), &ListRegistrationsRequest::default());
        assert_eq!(result, Err(ListRegistrationsError::Store(down())));
    }
}

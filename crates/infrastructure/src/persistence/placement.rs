//! Where an organization's tenant plane lives.

use moka::sync::Cache;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::store_error::StoreError;

/// Placements remembered at once; about 100 bytes each.
const REMEMBERED: u64 = 100_000;

/// A place for a tenant plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In the database of the control plane, beside all others.
    Pool,
}

impl Placement {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pool => "pool",
        }
    }

    fn from_store(text: &str) -> Result<Self, StoreError> {
        match text {
            "pool" => Ok(Self::Pool),
            other => Err(StoreError::Internal(format!("a placement of the unknown kind {other}"))),
        }
    }
}

/// Answers where a tenant plane lives, from memory after the first time.
///
/// A placement does not change while the process runs: moving an organization will tell the
/// router.
pub(super) struct PlacementRouter {
    known: Cache<OrganizationId, Placement>,
}

impl PlacementRouter {
    pub(super) fn new() -> Self {
        Self { known: Cache::new(REMEMBERED) }
    }

    /// The placement of an organization; `look_up` reads its control-plane row.
    pub(super) fn resolve(
        &self,
        organization: OrganizationId,
        look_up: impl FnOnce() -> Result<Option<String>, StoreError>,
    ) -> Result<Placement, StoreError> {
        if let Some(placement) = self.known.get(&organization) {
            return Ok(placement);
        }
        let stored =
            look_up()?.ok_or_else(|| StoreError::Internal(format!("organization {organization} has no placement")))?;
        let placement = Placement::from_store(&stored)?;
        self.known.insert(organization, placement);
        Ok(placement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn organization() -> OrganizationId {
        Uuid::from_u128(1).into()
    }

    #[test]
    fn the_row_is_read_once() {
        let router = PlacementRouter::new();
        assert_eq!(router.resolve(organization(), || Ok(Some("pool".into()))), Ok(Placement::Pool));
        assert_eq!(router.resolve(organization(), || panic!("asked twice")), Ok(Placement::Pool));
    }

    #[test]
    fn what_is_not_placed_is_not_guessed() {
        let router = PlacementRouter::new();
        assert!(matches!(router.resolve(organization(), || Ok(None)), Err(StoreError::Internal(_))));
        assert!(matches!(router.resolve(organization(), || Ok(Some("moon".into()))), Err(StoreError::Internal(_))));
        assert_eq!(
            router.resolve(organization(), || Err(StoreError::Contention)),
            Err(StoreError::Contention),
            "a failed look-up is not remembered"
        );
    }
}

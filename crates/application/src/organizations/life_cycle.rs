//! What the steps of an organization's life have in common: only who takes them differs.

use serde_json::Value;
use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::kernel::actor::{Denied, Forbidden, TenantScope};
use stoa_domain::kernel::field::{InvalidField, Parsed};
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::ReasonRequest;
use stoa_domain::organizations::life_cycle::{LifeCycle, OrganizationStatus, Step, Transition, Unfit};
use stoa_domain::organizations::ports::OrganizationsTx;
use thiserror::Error;

use super::service::OrganizationsService;

/// Why the organization stands as before.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ChangeStatusError {
    /// There is none with this id, or none that the caller may reach.
    #[error("there is no such organization")]
    NotFound,
    /// The caller has no say over it.
    #[error("the caller has no say over the organization")]
    Forbidden,
    /// The reason means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// It stands there already.
    #[error("the organization stands there already")]
    Already,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Denied> for ChangeStatusError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<Forbidden> for ChangeStatusError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<Unfit> for ChangeStatusError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Gone => Self::NotFound,
            Unfit::Already => Self::Already,
        }
    }
}

impl From<StoreError> for ChangeStatusError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate | StoreError::Stale => Self::Already,
            other => Self::Store(other),
        }
    }
}

impl OrganizationsService {
    /// Takes a step: sessions end where the organization stops, and no process goes on believing
    /// what it remembers of it.
    pub(super) fn take_step(
        &self,
        scope: &TenantScope,
        transition: Transition,
        request: &ReasonRequest,
    ) -> Result<LifeCycle, ChangeStatusError> {
        let reason = Reason::parse_field("reason", &request.reason)?;
        let step = Step { at: self.sources.now(), by: scope.stamp().user_id, reason };
        let id = scope.tenant();

        let life = self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(scope)?;
            let before = tx.life_cycles.find(scope)?.ok_or(ChangeStatusError::NotFound)?;
            let after = before.after(transition, &step)?;
            tx.life_cycles.record(scope, transition, &step)?;
            end_sessions(tx, scope, transition, &step)?;
            let was = shown(before.status(), before.cause().map(|cause| &cause.reason));
            let entry = AuditEntry::new(&self.sources, transition.action(), "organization", id.as_uuid());
            tx.audit.record(&entry.changed(&was, &shown(after.status(), Some(&step.reason))))?;
            Ok::<_, ChangeStatusError>(after)
        })?;
        self.session_cache.forget_in(id);
        self.key_cache.forget_in(id);
        Ok(life)
    }
}

/// The owner of a suspended organization goes on reading; an archived one is nobody's place.
fn end_sessions(
    tx: &OrganizationsTx<'_>,
    scope: &TenantScope,
    transition: Transition,
    step: &Step,
) -> Result<(), StoreError> {
    match transition {
        Transition::Suspend => {
            let owner = tx.ranks.find_owner(scope)?.map(|owner| owner.user_id);
            tx.life_cycles.end_sessions(scope, owner, step.at)
        }
        Transition::Archive => tx.life_cycles.end_sessions(scope, None, step.at),
        Transition::Reinstate | Transition::Restore => Ok(()),
    }
}

fn shown(status: OrganizationStatus, reason: Option<&Reason>) -> Value {
    picture([("status", serde_json::json!(status)), ("reason", serde_json::json!(reason))])
}

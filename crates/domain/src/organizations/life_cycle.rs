//! The life of an organization: active, suspended for a while, archived, then restored or gone.

use chrono::TimeDelta;
use serde::Serialize;
use thiserror::Error;

use super::business_profile::AccountType;
use super::organization::Organization;
use crate::kernel::ids::UserId;
use crate::kernel::reason::Reason;
use crate::kernel::sources::Timestamp;

/// How long an archived organization can be restored.
pub const RESTORABLE_FOR: TimeDelta = TimeDelta::days(30);

/// How much later it is purged: more than the clocks of two processes ever differ.
const PURGE_MARGIN: TimeDelta = TimeDelta::hours(1);

/// An instant such that what was archived before it may be purged.
pub fn purgeable_before(now: Timestamp) -> Timestamp {
    now - RESTORABLE_FOR - PURGE_MARGIN
}

/// How an organization stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrganizationStatus {
    /// As usual.
    Active,
    /// Its owner reads; nobody does anything else.
    Suspended,
    /// Gone for everybody, but its owner may restore it for 30 days.
    Archived,
}

/// A step in an organization's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The platform stops it.
    Suspend,
    /// The platform lets it go on.
    Reinstate,
    /// It is put away.
    Archive,
    /// It is taken back.
    Restore,
}

impl Transition {
    /// The action of the audit trail.
    pub fn action(self) -> &'static str {
        match self {
            Self::Suspend => "organization.suspend",
            Self::Reinstate => "organization.reinstate",
            Self::Archive => "organization.archive",
            Self::Restore => "organization.restore",
        }
    }
}

/// Who took a step, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: UserId,
    /// Why.
    pub reason: Reason,
}

/// Where an organization stands in its life. A suspension outlasts an archive: who restores a
/// suspended organization has a suspended one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LifeCycle {
    /// The suspension that goes on.
    pub suspension: Option<Step>,
    /// The archive it is in.
    pub archive: Option<Step>,
}

/// Why a step cannot be taken from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    /// The organization is gone, for good or until it is restored.
    #[error("the organization is archived")]
    Gone,
    /// It stands already where the step leads.
    #[error("the organization stands there already")]
    Already,
}

impl LifeCycle {
    /// How the organization stands.
    pub fn status(&self) -> OrganizationStatus {
        match (&self.archive, &self.suspension) {
            (Some(_), _) => OrganizationStatus::Archived,
            (None, Some(_)) => OrganizationStatus::Suspended,
            (None, None) => OrganizationStatus::Active,
        }
    }

    /// The step that led where it stands; none for an active one.
    pub fn cause(&self) -> Option<&Step> {
        self.archive.as_ref().or(self.suspension.as_ref())
    }

    /// Until when it can be restored; none unless it is archived.
    pub fn restorable_until(&self) -> Option<Timestamp> {
        self.archive.as_ref().map(|step| step.at + RESTORABLE_FOR)
    }

    /// The life after this step.
    ///
    /// # Errors
    /// [`Unfit`] where the step cannot be taken.
    pub fn after(&self, transition: Transition, step: &Step) -> Result<Self, Unfit> {
        let step = step.clone();
        match (transition, self.status()) {
            (Transition::Suspend, OrganizationStatus::Active) => Ok(Self { suspension: Some(step), ..self.clone() }),
            (Transition::Reinstate, OrganizationStatus::Suspended) => Ok(Self { suspension: None, ..self.clone() }),
            (Transition::Archive, OrganizationStatus::Active | OrganizationStatus::Suspended) => {
                Ok(Self { archive: Some(step), ..self.clone() })
            }
            (Transition::Restore, OrganizationStatus::Archived) => match self.restorable_until() {
                Some(until) if step.at < until => Ok(Self { archive: None, ..self.clone() }),
                _ => Err(Unfit::Gone),
            },
            (Transition::Suspend | Transition::Reinstate | Transition::Archive, OrganizationStatus::Archived) => {
                Err(Unfit::Gone)
            }
            (Transition::Suspend, OrganizationStatus::Suspended)
            | (Transition::Reinstate, OrganizationStatus::Active)
            | (Transition::Restore, OrganizationStatus::Active | OrganizationStatus::Suspended) => Err(Unfit::Already),
        }
    }
}

/// An archived organization as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The organization.
    pub organization: Organization,
    /// Who owns it.
    pub owner: UserId,
    /// When it was archived.
    pub archived_at: Timestamp,
    /// Whether it is a business.
    pub account_type: AccountType,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    const ALL: [Transition; 4] = [Transition::Suspend, Transition::Reinstate, Transition::Archive, Transition::Restore];

    fn step(day: i64) -> Step {
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::days(day);
        Step { at, by: Uuid::from_u128(1).into(), reason: Reason::from_store(format!("day {day}")) }
    }

    fn life(suspension: Option<i64>, archive: Option<i64>) -> LifeCycle {
        LifeCycle { suspension: suspension.map(step), archive: archive.map(step) }
    }

    #[test]
    fn each_step_leads_from_where_it_fits() {
        use Unfit::{Already, Gone};

        let (active, suspended, archived) = (life(None, None), life(Some(1), None), life(Some(1), Some(2)));
        for (from, expected) in [
            (&active, [Ok(life(Some(9), None)), Err(Already), Ok(life(None, Some(9))), Err(Already)]),
            (&suspended, [Err(Already), Ok(active.clone()), Ok(life(Some(1), Some(9))), Err(Already)]),
            (&archived, [Err(Gone), Err(Gone), Err(Gone), Ok(suspended.clone())]),
        ] {
            assert_eq!(ALL.map(|transition| from.after(transition, &step(9))), expected, "from {:?}", from.status());
        }
    }

    #[test]
    fn an_archived_one_is_restorable_for_thirty_days_and_purged_a_little_later() {
        let archived = life(None, Some(0));
        let archived_at = step(0).at;
        assert_eq!(archived.restorable_until(), Some(step(30).at));
        let last = Step { at: step(30).at - TimeDelta::microseconds(1), ..step(30) };
        assert!(archived.after(Transition::Restore, &last).is_ok());
        assert_eq!(archived.after(Transition::Restore, &step(30)), Err(Unfit::Gone));
        assert!(purgeable_before(step(30).at) < archived_at);
        assert!(purgeable_before(step(31).at) > archived_at);
    }

    #[test]
    fn the_cause_is_the_step_behind_the_status() {
        assert_eq!(life(None, None).cause(), None);
        assert_eq!(life(Some(1), None).cause(), Some(&step(1)));
        assert_eq!(life(Some(1), Some(2)).cause(), Some(&step(2)));
    }
}

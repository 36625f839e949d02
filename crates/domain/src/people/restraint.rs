//! What keeps people from working: inactivity, suspension, archiving; of their account everywhere,
//! or of their membership in one organization.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::field::{Flaw, InvalidField};
use crate::kernel::ids::{OrganizationId, RestraintId, UserId};
use crate::kernel::reason::Reason;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// Whether a person may work. Of several restraints the one that stands last here is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing keeps them from it.
    Active,
    /// Switched off for the time being.
    Inactive,
    /// Shut out, for a time or until somebody ends it.
    Suspended,
    /// Put away; left out of lists.
    Archived,
}

impl Status {
    /// The status that these restraints in force amount to.
    pub fn under<'a>(in_force: impl IntoIterator<Item = &'a Restraint>) -> Self {
        in_force.into_iter().map(|restraint| restraint.kind.status()).max().unwrap_or(Self::Active)
    }

    /// What a member of this organization is there, under what is in force for them.
    pub fn in_organization(organization: OrganizationId, in_force: &[Restraint]) -> Self {
        Self::under(in_force.iter().filter(|restraint| restraint.organization_id == Some(organization)))
    }

    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Suspended => "suspended",
            Self::Archived => "archived",
        }
    }
}

/// The three kinds of restraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RestraintKind {
    /// See [`Status::Inactive`].
    Inactive,
    /// See [`Status::Suspended`].
    Suspended,
    /// See [`Status::Archived`].
    Archived,
}

impl RestraintKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Inactive, Self::Suspended, Self::Archived];

    /// What somebody under it is.
    pub fn status(self) -> Status {
        match self {
            Self::Inactive => Status::Inactive,
            Self::Suspended => Status::Suspended,
            Self::Archived => Status::Archived,
        }
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        self.status().as_str()
    }
}

/// Who ended a restraint, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ending {
    /// The person.
    pub by: UserId,
    /// Why.
    pub reason: Reason,
}

/// What keeps a person from working, from its beginning to its end: a row of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restraint {
    /// Id.
    pub id: RestraintId,
    /// Whom.
    pub user_id: UserId,
    /// In which organization; everywhere if in none.
    pub organization_id: Option<OrganizationId>,
    /// Of which kind.
    pub kind: RestraintKind,
    /// Since when.
    #[serde(serialize_with = "rfc3339")]
    pub from: Timestamp,
    /// Until when; without an end so far if that is missing.
    #[serde(serialize_with = "rfc3339_option")]
    pub until: Option<Timestamp>,
    /// Who began it.
    pub by: UserId,
    /// Why.
    pub reason: Reason,
    /// Who ended it before its time or without one.
    pub ending: Option<Ending>,
}

impl Restraint {
    /// Whether it is about the account, and so about every organization.
    pub fn is_on_account(&self) -> bool {
        self.organization_id.is_none()
    }

    /// Whether it holds at this instant: it ends by itself.
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// This restraint, ended now.
    #[must_use]
    pub fn ended(&self, by: UserId, reason: Reason, now: Timestamp) -> Self {
        Self { until: Some(now), ending: Some(Ending { by, reason }), ..self.clone() }
    }
}

/// Whether one of these restraints in force keeps a person out of this organization.
pub fn keep_out(in_force: &[Restraint], organization: OrganizationId) -> bool {
    in_force.iter().any(|restraint| restraint.organization_id.is_none_or(|one| one == organization))
}

/// What is done to a person: each kind of restraint is begun by one of these and ended by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Ends inactivity.
    Activate,
    /// Begins it.
    Deactivate,
    /// Begins a suspension.
    Suspend,
    /// Ends it.
    Reinstate,
    /// Puts away.
    Archive,
    /// Brings back.
    Restore,
}

impl Operation {
    /// The kind of restraint it is about.
    pub fn kind(self) -> RestraintKind {
        match self {
            Self::Activate | Self::Deactivate => RestraintKind::Inactive,
            Self::Suspend | Self::Reinstate => RestraintKind::Suspended,
            Self::Archive | Self::Restore => RestraintKind::Archived,
        }
    }

    /// Whether it begins a restraint, rather than ending one.
    pub fn begins(self) -> bool {
        matches!(self, Self::Deactivate | Self::Suspend | Self::Archive)
    }

    /// Its action in the audit trail, done to a membership.
    pub fn action_on_member(self) -> &'static str {
        match self {
            Self::Activate => "member.activate",
            Self::Deactivate => "member.deactivate",
            Self::Suspend => "member.suspend",
            Self::Reinstate => "member.reinstate",
            Self::Archive => "member.archive",
            Self::Restore => "member.restore",
        }
    }

    /// Its action in the audit trail, done to an account.
    pub fn action_on_account(self) -> &'static str {
        match self {
            Self::Activate => "user.activate",
            Self::Deactivate => "user.deactivate",
            Self::Suspend => "user.suspend",
            Self::Reinstate => "user.reinstate",
            Self::Archive => "user.archive",
            Self::Restore => "user.restore",
        }
    }
}

/// An operation with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// What is done.
    pub operation: Operation,
    /// Why.
    pub reason: Reason,
    /// When what it begins ends by itself; of suspensions only.
    pub until: Option<Timestamp>,
}

/// The operation does not fit the person's status: nothing is begun twice, nothing ended that is
/// not in force, and to somebody archived nothing is done but to restore them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the operation does not fit the status")]
pub struct Misfit;

impl StatusChange {
    /// Looks at what the value of each field alone does not show.
    ///
    /// # Errors
    /// An `until` that does not lie ahead, or that stands where nothing ends by itself.
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidField> {
        const PAST: Flaw = Flaw { code: "past", message: "must lie in the future" };
        const ENDLESS: Flaw = Flaw { code: "suspend_only", message: "is for suspensions only" };

        match self.until {
            Some(_) if self.operation != Operation::Suspend => Err(ENDLESS.at("until")),
            Some(until) if until <= now => Err(PAST.at("until")),
            _ => Ok(()),
        }
    }

    /// What the operation makes of the restraints that are in force for one account or membership:
    /// the one it begins, with that id, or the one it ends.
    ///
    /// # Errors
    /// [`Misfit`].
    pub fn applied(
        &self,
        to: (UserId, Option<OrganizationId>),
        in_force: &[Restraint],
        by: UserId,
        id: RestraintId,
        now: Timestamp,
    ) -> Result<Restraint, Misfit> {
        let kind = self.operation.kind();
        let present = in_force.iter().find(|restraint| restraint.kind == kind);
        if kind != RestraintKind::Archived && Status::under(in_force) == Status::Archived {
            return Err(Misfit);
        }
        match (self.operation.begins(), present) {
            (false, Some(present)) => Ok(present.ended(by, self.reason.clone(), now)),
            (true, None) => Ok(Restraint {
                id,
                user_id: to.0,
                organization_id: to.1,
                kind,
                from: now,
                until: self.until,
                by,
                reason: self.reason.clone(),
                ending: None,
            }),
            _ => Err(Misfit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::field::Parsed as _;
    use chrono::DateTime;
    use uuid::Uuid;

    const OPERATIONS: [Operation; 6] = [
        Operation::Activate,
        Operation::Deactivate,
        Operation::Suspend,
        Operation::Reinstate,
        Operation::Archive,
        Operation::Restore,
    ];

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn change(operation: Operation) -> StatusChange {
        StatusChange { operation, reason: Reason::parse("Because").unwrap(), until: None }
    }

    fn apply(change: &StatusChange, in_force: &[Restraint]) -> Result<Restraint, Misfit> {
        let (user, by, id) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        change.applied((user.into(), None), in_force, by.into(), id.into(), at(100))
    }

    fn under(operations: &[Operation]) -> Vec<Restraint> {
        operations.iter().map(|operation| apply(&change(*operation), &[]).unwrap()).collect()
    }

    fn fitting(in_force: &[Restraint]) -> Vec<Operation> {
        OPERATIONS.into_iter().filter(|operation| apply(&change(*operation), in_force).is_ok()).collect()
    }

    #[test]
    fn each_status_admits_its_operations_and_no_others() {
        use Operation::{Activate, Archive, Deactivate, Reinstate, Restore, Suspend};

        assert_eq!(fitting(&[]), [Deactivate, Suspend, Archive]);
        assert_eq!(fitting(&under(&[Deactivate])), [Activate, Suspend, Archive]);
        assert_eq!(fitting(&under(&[Suspend])), [Deactivate, Reinstate, Archive]);
        assert_eq!(fitting(&under(&[Archive])), [Restore]);
        assert_eq!(fitting(&under(&[Deactivate, Suspend, Archive])), [Restore]);
    }

    #[test]
    fn the_gravest_restraint_is_shown() {
        assert_eq!(Status::under(&[]), Status::Active);
        let both = under(&[Operation::Suspend, Operation::Deactivate]);
        assert_eq!(Status::under(&both), Status::Suspended);
        assert_eq!(Status::under(&under(&[Operation::Archive, Operation::Suspend])), Status::Archived);
    }

    #[test]
    fn a_suspension_ends_by_itself_at_its_last_instant() {
        let suspension = apply(&StatusChange { until: Some(at(200)), ..change(Operation::Suspend) }, &[]).unwrap();
        assert!(!suspension.is_in_force(at(99)));
        assert!(suspension.is_in_force(at(100)) && suspension.is_in_force(at(199)));
        assert!(!suspension.is_in_force(at(200)));
        assert!(under(&[Operation::Archive])[0].is_in_force(at(i64::from(u32::MAX))));
    }

    #[test]
    fn an_end_is_for_suspensions_and_lies_ahead() {
        let until = |operation, n| StatusChange { until: Some(at(n)), ..change(operation) }.check(at(100));
        assert!(until(Operation::Suspend, 101).is_ok());
        assert_eq!(until(Operation::Suspend, 100).unwrap_err().flaw.code, "past");
        for operation in OPERATIONS.into_iter().filter(|operation| *operation != Operation::Suspend) {
            assert_eq!(until(operation, 101).unwrap_err().flaw.code, "suspend_only");
            assert!(change(operation).check(at(100)).is_ok());
        }
    }

    #[test]
    fn what_ends_says_who_ended_it_and_why() {
        let begun = under(&[Operation::Archive]);
        let ended = apply(&change(Operation::Restore), &begun).unwrap();
        let ending = Ending { by: Uuid::from_u128(2).into(), reason: Reason::parse("Because").unwrap() };
        assert_eq!(ended, Restraint { until: Some(at(100)), ending: Some(ending), ..begun[0].clone() });
        assert!(!ended.is_in_force(at(100)));
    }
}

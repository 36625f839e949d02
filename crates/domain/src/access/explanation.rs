//! Why somebody may do something, or may not, and the least that would let them.

use super::assignment::{Assignment, Limit};
use super::role::{Role, RoleKey};
use super::role_graph::RoleGraph;
use crate::kernel::actor::ActingKey;
use crate::kernel::grants::{DataScope, Grants, ScopeKind};
use crate::kernel::ids::{AssignmentId, OrganizationId, RoleId, UserId};
use crate::kernel::name::Name;
use crate::kernel::permission::{ALL, Permission};
use crate::kernel::rank::Rank;
use crate::kernel::sources::Timestamp;
use crate::organizations::life_cycle::OrganizationStatus;
use crate::people::restraint::Status;
use uuid::Uuid;

/// Most roles that are named as ways to be let in.
pub const MINIMAL_GRANTS_MAX: usize = 5;

/// What somebody must be, or have, to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// The permission.
    Permission(Permission),
    /// The owner of the organization.
    Owner,
    /// An administrator of the platform itself.
    Platform,
    /// A person, and no program with an API key.
    Person,
}

impl Required {
    /// The permission, if it is one.
    pub fn permission(self) -> Option<Permission> {
        match self {
            Self::Permission(permission) => Some(permission),
            Self::Owner | Self::Platform | Self::Person => None,
        }
    }
}

/// What something is to be done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Whatever is within reach.
    Anything,
    /// Things that no limit could name, such as new ones.
    Everything,
    /// One thing.
    Thing {
        /// What it is.
        kind: ScopeKind,
        /// Which.
        id: Uuid,
        /// Whether the organization has it.
        exists: bool,
    },
}

/// Whether somebody may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// What it takes.
    pub required: Required,
    /// To what.
    pub target: Target,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $message:literal;)*) => {
        /// Why somebody may not do something.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// For programs; stable.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// For people.
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

reasons! {
    /// The person does not belong to the organization.
    NoMember = "no_member", "does not belong to the organization";
    /// The organization is suspended.
    OrganizationSuspended = "organization_suspended", "the organization is suspended: its owner reads, nobody else does anything";
    /// The organization is archived.
    OrganizationArchived = "organization_archived", "the organization is archived";
    /// The account is inactive, suspended or archived.
    Account = "account", "the account is inactive, suspended or archived";
    /// The membership is inactive, suspended or archived.
    Membership = "membership", "the membership is inactive, suspended or archived";
    /// Only the owner may.
    Owner = "owner", "only the owner of the organization may do this";
    /// Only platform administrators may.
    Platform = "platform", "only administrators of the platform may do this";
    /// Only people may.
    Person = "person", "only people may do this, no programs with API keys";
    /// The key has a scope that leaves the permission out.
    KeyScope = "key_scope", "the scope of the API key leaves this permission out";
    /// The key was used from elsewhere.
    KeyAddress = "key_address", "the API key may not be used from this address";
    /// Nobody has the permission in this organization.
    SwitchedOff = "switched_off", "the organization has switched this permission off";
    /// Neither rank nor any role gives it.
    NotGranted = "not_granted", "neither the rank nor any role gives this permission";
    /// What gave it is over.
    Expired = "expired", "a role that gave this permission has come to its end";
    /// What gives it is limited to some things, and it is a permission that cannot be.
    NeverLimited = "never_limited", "a role gives this permission for some things alone, and this permission is given for everything or not at all";
    /// What gives it is limited to other things.
    OutOfScope = "out_of_scope", "the permission is given for other things alone";
    /// What gives it is limited to some things, and all are asked for.
    Limited = "limited", "the permission is given for some things alone, and this asks for no limit";
    /// The organization has no such thing.
    UnknownThing = "unknown_thing", "the organization has no such thing";
    /// The request asks for more than the permission.
    BeyondOwn = "beyond_own", "the request asks for more than one's own, such as to give what one does not have";
    /// It was given, but the process that refused did not know yet.
    NotYetKnown = "not_yet_known", "it was given within the last seconds, and not known yet where it was refused";
}

impl Reason {
    /// Whether one grant more takes it away.
    fn ends_with_a_grant(self) -> bool {
        matches!(self, Self::NotGranted | Self::Expired | Self::NeverLimited | Self::OutOfScope | Self::Limited)
    }
}

/// What a permission comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The rank in the organization; of an API key also what keys have beside it.
    Rank(Rank),
    /// A role that was given.
    Role {
        /// By what.
        assignment: AssignmentId,
        /// The role that was given first, then what it includes, down to the one that has the permission by itself.
        way: Vec<(RoleId, RoleKey)>,
        /// The only things it was given for.
        limit: Option<Limit>,
        /// When it ends, or ended.
        expires_at: Option<Timestamp>,
    },
}

/// Something that gives the permission, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedBy {
    /// What.
    pub source: Source,
    /// Why it does not count here; it does if there is no such reason.
    pub hindrance: Option<Reason>,
}

/// What was asked for, and what is within reach instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedScope {
    /// The thing; none where all were asked for.
    pub wanted: Option<(ScopeKind, Uuid)>,
    /// What is within reach, by kind.
    pub reached: Vec<Limit>,
}

/// A grant that would let somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinimalGrant {
    /// The role; a new one that gives this permission and nothing else, if there is none such.
    pub role: Option<(RoleId, RoleKey, Name)>,
    /// The only things to give it for.
    pub limit: Option<Limit>,
    /// All that the person would reach more of, in the order of the catalogue: what was asked for is among it.
    pub gained: Vec<Permission>,
}

impl MinimalGrant {
    /// The assignment that this proposes, of this role if the proposal names none.
    pub fn assignment(
        &self,
        id: AssignmentId,
        to: (OrganizationId, UserId),
        new: RoleId,
        now: Timestamp,
    ) -> Assignment {
        let role = self.role.as_ref().map_or(new, |(id, ..)| *id);
        Assignment { limit: self.limit.clone(), ..Assignment::at_joining(id, to.0, to.1, role, now) }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Whether they may.
    pub allowed: bool,
    /// What it takes.
    pub required: Required,
    /// Why not; none if they may.
    pub reasons: Vec<Reason>,
    /// What gives the permission, or would if something did not keep it from doing so.
    pub granted_by: Vec<GrantedBy>,
    /// Where things are out of reach, what is within.
    pub failed_scope: Option<FailedScope>,
    /// The least that would let them, the smallest first, at most [`MINIMAL_GRANTS_MAX`]. None where no grant helps.
    pub minimal_grants: Vec<MinimalGrant>,
}

impl Explanation {
    /// The same refused for this reason, where all else would let them.
    #[must_use]
    pub fn refused_for(self, reason: Reason) -> Self {
        Self { allowed: false, reasons: vec![reason], ..self }
    }
}

/// Everything that an answer depends on.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The rank; none for somebody who does not belong to the organization.
    pub rank: Option<Rank>,
    /// Whether they are an administrator of the platform.
    pub platform_admin: bool,
    /// How their account stands.
    pub account: Status,
    /// How their membership stands.
    pub membership: Status,
    /// How the organization stands.
    pub organization: OrganizationStatus,
    /// The API key that acts, if one does.
    pub key: Option<ActingKey>,
    /// What comes to the rank beside roles, and what is switched off.
    pub beside: Grants,
    /// The roles they were given, over or not. None of an API key.
    pub held: Vec<Assignment>,
    /// All roles of the organization.
    pub roles: RoleGraph,
    /// The instant.
    pub now: Timestamp,
}

impl Circumstances {
    /// Answers a question.
    pub fn explain(&self, question: Question) -> Explanation {
        let grants = self.roles.grants(&self.held, self.beside.clone(), self.now);
        let permission = question.required.permission();
        let granted_by = permission.map(|permission| self.granted_by(permission, question.target)).unwrap_or_default();
        let mut reasons = self.standing();
        reasons.extend(self.missing(question.required));
        if let Some(permission) = permission {
            reasons.extend(self.hindrances(permission, &granted_by));
        }
        if let Target::Thing { exists: false, .. } = question.target {
            reasons.push(Reason::UnknownThing);
        }
        let failed_scope = reasons
            .iter()
            .any(|reason| matches!(reason, Reason::OutOfScope | Reason::Limited))
            .then(|| failed_scope(permission.and_then(|permission| grants.reach(permission)), question.target));
        let helps =
            self.rank.is_some() && self.key.is_none() && reasons.iter().all(|reason| reason.ends_with_a_grant());
        let minimal_grants = match permission {
            Some(permission) if helps && !reasons.is_empty() => self.minimal_grants(permission, question, &grants),
            _ => Vec::new(),
        };
        let (allowed, required) = (reasons.is_empty(), question.required);
        Explanation { allowed, required, reasons, granted_by, failed_scope, minimal_grants }
    }

    /// What keeps them from doing anything at all.
    fn standing(&self) -> Vec<Reason> {
        let organization = match self.organization {
            OrganizationStatus::Active => None,
            OrganizationStatus::Suspended => Some(Reason::OrganizationSuspended),
            OrganizationStatus::Archived => Some(Reason::OrganizationArchived),
        };
        let account = (self.account != Status::Active).then_some(Reason::Account);
        let membership = (self.membership != Status::Active).then_some(Reason::Membership);
        organization.into_iter().chain(account).chain(membership).collect()
    }

    /// What they are not, or what their key does not have.
    fn missing(&self, required: Required) -> Option<Reason> {
        let is_key = self.key.is_some();
        match required {
            Required::Owner => (self.rank != Some(Rank::Owner) || is_key).then_some(Reason::Owner),
            Required::Platform => (!self.platform_admin || is_key).then_some(Reason::Platform),
            Required::Person => is_key.then_some(Reason::Person),
            Required::Permission(_) if self.rank.is_none() => Some(Reason::NoMember),
            Required::Permission(permission) if is_key && permission.is_personal() => Some(Reason::Person),
            Required::Permission(permission) => {
                self.key.as_ref().is_some_and(|key| !key.admits(permission)).then_some(Reason::KeyScope)
            }
        }
    }

    /// Why nothing of what gives the permission counts.
    fn hindrances(&self, permission: Permission, granted_by: &[GrantedBy]) -> Vec<Reason> {
        let switched_off = self.beside.is_switched_off(permission).then_some(Reason::SwitchedOff);
        let mut reasons: Vec<Reason> = switched_off.into_iter().collect();
        if self.rank.is_none() || granted_by.iter().any(|granted| granted.hindrance.is_none()) {
            return reasons;
        }
        if granted_by.is_empty() {
            reasons.push(Reason::NotGranted);
        }
        for hindrance in granted_by.iter().filter_map(|granted| granted.hindrance) {
            if !reasons.contains(&hindrance) {
                reasons.push(hindrance);
            }
        }
        reasons
    }

    /// What gives the permission, or would.
    fn granted_by(&self, permission: Permission, target: Target) -> Vec<GrantedBy> {
        let has = |rank: &Rank| rank.permissions().contains(&permission) || self.beside.reach(permission).is_some();
        let by_rank = self.rank.filter(has).map(|rank| GrantedBy { source: Source::Rank(rank), hindrance: None });
        let by_roles = self.held.iter().filter_map(|assignment| {
            let way = self.roles.way_to(assignment.role_id, permission)?;
            let named = way.into_iter().filter_map(|id| self.roles.find(id)).map(|role| (role.id, role.key.clone()));
            let source = Source::Role {
                assignment: assignment.id,
                way: named.collect(),
                limit: assignment.limit.clone(),
                expires_at: assignment.expires_at,
            };
            Some(GrantedBy { source, hindrance: self.hindrance(assignment, permission, target) })
        });
        by_rank.into_iter().chain(by_roles).collect()
    }

    fn hindrance(&self, assignment: &Assignment, permission: Permission, target: Target) -> Option<Reason> {
        if !assignment.is_live(self.now) {
            return Some(Reason::Expired);
        }
        let limit = assignment.limit.as_ref()?;
        match target {
            _ if permission.is_of_kernel() => Some(Reason::NeverLimited),
            Target::Anything => None,
            Target::Everything => Some(Reason::Limited),
            Target::Thing { kind, id, .. } => (!limit.reach().admits(kind, id)).then_some(Reason::OutOfScope),
        }
    }

    /// Each role that could be given and would let them, those that give least besides first; and where none gives
    /// just this, a new one that does, before them.
    fn minimal_grants(&self, permission: Permission, question: Question, before: &Grants) -> Vec<MinimalGrant> {
        let limit = match question.target {
            Target::Thing { kind, id, .. } if !permission.is_of_kernel() => {
                Some(Limit { kind: kind.0.to_owned(), ids: vec![id] })
            }
            _ => None,
        };
        let mut found: Vec<MinimalGrant> = self
            .roles
            .roles()
            .filter(|role| self.may_hold(role) && self.roles.way_to(role.id, permission).is_some())
            .map(|role| MinimalGrant {
                role: Some((role.id, role.key.clone(), role.name.clone())),
                gained: self.gained(self.roles.permissions(role.id), limit.as_ref(), before),
                limit: limit.clone(),
            })
            .collect();
        found.sort_by_key(|grant| (grant.gained.len(), grant.role.as_ref().map(|(id, ..)| *id)));
        if found.first().is_none_or(|smallest| smallest.gained.len() > 1) {
            found.insert(0, MinimalGrant { role: None, limit, gained: vec![permission] });
        }
        found.truncate(MINIMAL_GRANTS_MAX);
        found
    }

    /// Whether no role they have excludes this one.
    fn may_hold(&self, role: &Role) -> bool {
        let held = self.held.iter().filter(|assignment| assignment.is_live(self.now)).map(|held| held.role_id);
        self.roles.check_together(held.chain([role.id])).is_ok()
    }

    /// Of which permissions they would reach more.
    fn gained(&self, given: Vec<Permission>, limit: Option<&Limit>, before: &Grants) -> Vec<Permission> {
        let Some(rank) = self.rank else { return Vec::new() };
        let reach = limit.map_or(DataScope::EVERYTHING, Limit::reach);
        let after = before.clone().with(given, &reach, None);
        ALL.iter().copied().filter(|one| before.reach_at(rank, *one) != after.reach_at(rank, *one)).collect()
    }
}

fn failed_scope(reach: Option<&DataScope>, target: Target) -> FailedScope {
    let wanted = match target {
        Target::Thing { kind, id, .. } => Some((kind, id)),
        Target::Anything | Target::Everything => None,
    };
    let things = reach.and_then(DataScope::things).into_iter().flatten();
    let reached = things.map(|(kind, ids)| Limit { kind: kind.clone(), ids: ids.iter().copied().collect() }).collect();
    FailedScope { wanted, reached }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::role::RoleTerms;
    use crate::access::templates;
    use crate::kernel::permission::{API_KEY_MANAGE, AUDIT_VIEW, USER_VIEW, WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use chrono::{DateTime, Duration};
    use proptest::prelude::*;

    const WAREHOUSE: ScopeKind = ScopeKind("warehouse");

    fn id<T: From<Uuid>>(n: usize) -> T {
        Uuid::from_u128(n as u128 + 1).into()
    }

    fn now() -> Timestamp {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn role(n: usize, permissions: &[Permission], includes: &[usize], excludes: &[usize]) -> Role {
        let terms = RoleTerms {
            key: RoleKey::from_store(format!("role_{n}")),
            name: Name::from_store(format!("Role {n}")),
            description: None,
            permissions: permissions.to_vec(),
            includes: includes.iter().map(|n| id(*n)).collect(),
            excludes: excludes.iter().map(|n| id(*n)).collect(),
        };
        Role::new(id(n), id(70), terms, None, now())
    }

    fn limit(things: &[usize]) -> Limit {
        Limit { kind: "warehouse".into(), ids: things.iter().map(|n| id(*n)).collect() }
    }

    fn held(role: usize, limit: Option<Limit>, expires_at: Option<Timestamp>) -> Assignment {
        Assignment { limit, expires_at, ..Assignment::at_joining(id(100 + role), id(70), id(80), id(role), now()) }
    }

    /// A member of an active organization who has nothing.
    fn member(roles: &[Role]) -> Circumstances {
        Circumstances {
            rank: Some(Rank::Member),
            platform_admin: false,
            account: Status::Active,
            membership: Status::Active,
            organization: OrganizationStatus::Active,
            key: None,
            beside: Grants::default(),
            held: Vec::new(),
            roles: RoleGraph::new(roles.to_vec()),
            now: now(),
        }
    }

    fn thing(n: usize) -> Target {
        Target::Thing { kind: WAREHOUSE, id: id(n), exists: true }
    }

    fn ask(permission: Permission, target: Target) -> Question {
        Question { required: Required::Permission(permission), target }
    }

    #[test]
    fn what_a_role_gives_by_another_is_told_with_the_way() {
        let roles = [role(0, &[], &[1], &[]), role(1, &[WAREHOUSE_VIEW], &[], &[])];
        let circumstances = Circumstances { held: vec![held(0, None, None)], ..member(&roles) };
        let explanation = circumstances.explain(ask(WAREHOUSE_VIEW, thing(1)));
        let Source::Role { way, .. } = &explanation.granted_by[0].source else { panic!("{explanation:?}") };
        let keys: Vec<_> = way.iter().map(|(_, key)| key.as_str()).collect();
        assert_eq!((keys, explanation.allowed), (vec!["role_0", "role_1"], true));
        assert_eq!((explanation.reasons, explanation.minimal_grants), (vec![], vec![]));
        let by_rank = circumstances.explain(ask(USER_VIEW, Target::Anything)).granted_by;
        assert_eq!(by_rank, [GrantedBy { source: Source::Rank(Rank::Member), hindrance: None }]);
    }

    #[test]
    fn every_grant_that_does_not_count_says_why() {
        let roles = [role(0, &[WAREHOUSE_VIEW, AUDIT_VIEW], &[], &[])];
        let over = held(0, None, Some(now()));
        let circumstances = Circumstances { held: vec![over, held(0, Some(limit(&[1])), None)], ..member(&roles) };
        for (question, reasons) in [
            (ask(WAREHOUSE_VIEW, thing(2)), vec![Reason::Expired, Reason::OutOfScope]),
            (ask(WAREHOUSE_VIEW, Target::Everything), vec![Reason::Expired, Reason::Limited]),
            (ask(AUDIT_VIEW, Target::Anything), vec![Reason::Expired, Reason::NeverLimited]),
            (ask(WAREHOUSE_MANAGE, Target::Anything), vec![Reason::NotGranted]),
            (ask(WAREHOUSE_VIEW, thing(1)), vec![]),
            (ask(WAREHOUSE_VIEW, Target::Anything), vec![]),
        ] {
            assert_eq!(circumstances.explain(question).reasons, reasons, "{question:?}");
        }
        let failed = circumstances.explain(ask(WAREHOUSE_VIEW, thing(2))).failed_scope.unwrap();
        assert_eq!((failed.wanted, failed.reached), (Some((WAREHOUSE, id(2))), vec![limit(&[1])]));
    }

    #[test]
    fn where_no_grant_helps_none_is_proposed() {
        let roles = [role(0, &[WAREHOUSE_VIEW], &[], &[])];
        let off = Grants::none(vec![WAREHOUSE_VIEW]);
        let question = ask(WAREHOUSE_VIEW, Target::Anything);
        for (circumstances, reasons) in [
            (Circumstances { rank: None, ..member(&roles) }, vec![Reason::NoMember]),
            (Circumstances { beside: off, ..member(&roles) }, vec![Reason::SwitchedOff, Reason::NotGranted]),
            (Circumstances { account: Status::Suspended, ..member(&roles) }, vec![Reason::Account, Reason::NotGranted]),
            (
                Circumstances { membership: Status::Inactive, held: vec![held(0, None, None)], ..member(&roles) },
                vec![Reason::Membership],
            ),
            (
                Circumstances {
                    organization: OrganizationStatus::Suspended,
                    rank: Some(Rank::Owner),
                    ..member(&roles)
                },
                vec![Reason::OrganizationSuspended],
            ),
        ] {
            let explanation = circumstances.explain(question);
            assert_eq!((explanation.reasons, explanation.minimal_grants), (reasons, vec![]));
        }
        let unknown = Target::Thing { kind: WAREHOUSE, id: id(9), exists: false };
        let explanation = member(&roles).explain(ask(WAREHOUSE_VIEW, unknown));
        assert_eq!((explanation.minimal_grants, explanation.reasons[1]), (vec![], Reason::UnknownThing));
    }

    #[test]
    fn what_takes_no_permission_says_who_may() {
        let asked = |circumstances: &Circumstances, required| {
            circumstances.explain(Question { required, target: Target::Anything }).reasons
        };
        let (plain, key) = (member(&[]), ActingKey { id: id(60), scope: None });
        let owner = Circumstances { rank: Some(Rank::Owner), platform_admin: true, ..member(&[]) };
        let program = Circumstances { key: Some(key), ..owner.clone() };
        for (required, reason) in [
            (Required::Owner, Reason::Owner),
            (Required::Platform, Reason::Platform),
            (Required::Person, Reason::Person),
        ] {
            assert_eq!(asked(&program, required), [reason]);
            assert_eq!(asked(&owner, required), []);
            assert_eq!(asked(&plain, required), if reason == Reason::Person { vec![] } else { vec![reason] });
        }
    }

    #[test]
    fn a_key_says_what_leaves_it_out() {
        let key = |scope: Option<&[Permission]>| ActingKey { id: id(60), scope: scope.map(Into::into) };
        let admin = Circumstances { rank: Some(Rank::Admin), ..member(&[]) };
        for (key, permission, reasons) in [
            (key(Some(&[USER_VIEW])), WAREHOUSE_VIEW, vec![Reason::KeyScope]),
            (key(Some(&[USER_VIEW])), USER_VIEW, vec![]),
            (key(None), API_KEY_MANAGE, vec![Reason::Person]),
        ] {
            let circumstances = Circumstances { key: Some(key), ..admin.clone() };
            assert_eq!(circumstances.explain(ask(permission, Target::Anything)).reasons, reasons);
        }
        let reader = Circumstances { key: Some(key(None)), ..member(&[role(0, &[WAREHOUSE_MANAGE], &[], &[])]) };
        let explanation = reader.explain(ask(WAREHOUSE_MANAGE, Target::Anything));
        assert_eq!((explanation.reasons, explanation.minimal_grants), (vec![Reason::NotGranted], vec![]));
    }

    #[test]
    fn the_role_that_gives_least_besides_is_proposed_first_and_none_that_is_excluded() {
        let roles = [
            role(0, &[WAREHOUSE_VIEW], &[], &[]),
            role(1, &[WAREHOUSE_VIEW, WAREHOUSE_MANAGE], &[], &[]),
            role(2, &[WAREHOUSE_VIEW], &[], &[3]),
            role(3, &[], &[], &[]),
        ];
        let circumstances = Circumstances { held: vec![held(3, None, None)], ..member(&roles) };
        let proposed = circumstances.explain(ask(WAREHOUSE_VIEW, thing(1))).minimal_grants;
        let told: Vec<_> = proposed.iter().map(|grant| grant.role.as_ref().map(|(_, key, _)| key.as_str())).collect();
        assert_eq!(told, [Some("role_0"), Some("role_1")]);
        assert!(proposed.iter().all(|grant| grant.limit == Some(limit(&[1]))));
        let proposed = circumstances.explain(ask(WAREHOUSE_MANAGE, Target::Anything)).minimal_grants;
        let told: Vec<_> = proposed.iter().map(|grant| grant.role.as_ref().map(|(_, key, _)| key.as_str())).collect();
        assert_eq!((told, proposed[0].limit.clone()), (vec![None, Some("role_1")], None));
    }

    fn reaches(circumstances: &Circumstances) -> Vec<Option<DataScope>> {
        let grants = circumstances.roles.grants(&circumstances.held, circumstances.beside.clone(), now());
        ALL.iter().map(|permission| grants.reach_at(Rank::Member, *permission).cloned()).collect()
    }

    prop_compose! {
        /// A plain member with some of five roles, for everything or some of four things, some of them over; and with
        /// some permissions switched off.
        fn any_circumstances()(
            given in prop::collection::vec(prop::collection::vec(0..ALL.len(), 0..4), 5),
            includes in prop::collection::vec((0..5usize, 0..5usize), 0..5),
            excludes in prop::collection::vec((0..5usize, 0..5usize), 0..2),
            assigned in prop::collection::vec((0..5usize, prop::option::of(prop::collection::vec(0..4usize, 1..3)), prop::bool::weighted(0.2)), 0..4),
            off in prop::collection::vec(0..ALL.len(), 0..2),
        ) -> Circumstances {
            let of = |edges: &[(usize, usize)], n: usize| -> Vec<usize> {
                edges.iter().filter(|(from, to)| *from == n && to > from).map(|(_, to)| *to).collect()
            };
            let roles: Vec<Role> = given.iter().enumerate().map(|(n, permissions)| {
                let permissions: Vec<_> = permissions.iter().map(|n| ALL[*n]).collect();
                role(n, &permissions, &of(&includes, n), &of(&excludes, n))
            }).collect();
            let held = assigned.into_iter().map(|(role, things, is_over)| {
                held(role, things.map(|things| limit(&things)), is_over.then(|| now() - Duration::days(1)))
            }).collect();
            let off = off.into_iter().map(|n| ALL[n]).filter(|permission| !permission.is_of_kernel()).collect();
            Circumstances { held, beside: Grants::none(off), ..member(&roles) }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// What is said is what authorisation does, and what is proposed lets them in and changes nothing else than
        /// it says.
        #[test]
        fn a_proposed_grant_turns_exactly_that_answer(
            before in any_circumstances(),
            asked in 0..ALL.len(),
            target in prop_oneof![Just(Target::Anything), Just(Target::Everything), (0..4usize).prop_map(thing)],
        ) {
            let (question, reached) = (ask(ALL[asked], target), reaches(&before));
            let explanation = before.explain(question);
            let admitted = reached[asked].as_ref().is_some_and(|reach| match target {
                Target::Anything => true,
                Target::Everything => reach.is_everything(),
                Target::Thing { kind, id, .. } => reach.admits(kind, id),
            });
            prop_assert_eq!(explanation.allowed, admitted);
            prop_assert_eq!(explanation.allowed, explanation.reasons.is_empty());
            let is_off = before.beside.is_switched_off(ALL[asked]);
            prop_assert_eq!(explanation.minimal_grants.is_empty(), admitted || is_off);
            for proposed in explanation.minimal_grants {
                let new = role(9, &[ALL[asked]], &[], &[]);
                let assignment = proposed.assignment(id(99), (id(70), id(80)), new.id, now());
                let roles = before.roles.clone().with(new);
                let held: Vec<_> = before.held.iter().cloned().chain([assignment]).collect();
                let live = held.iter().filter(|one| one.is_live(now())).map(|one| one.role_id);
                let was_fit = before.roles.check_together(before.held.iter().filter(|one| one.is_live(now())).map(|one| one.role_id));
                prop_assert_eq!(roles.check_together(live), was_fit);
                let after = Circumstances { held, roles, ..before.clone() };
                prop_assert!(after.explain(question).allowed, "{:?} does not let them in", proposed);
                let given = proposed.limit.as_ref().map_or(DataScope::EVERYTHING, Limit::reach);
                let expected: Vec<_> = ALL.iter().zip(&reached).map(|(permission, reach)| {
                    if proposed.gained.contains(permission) {
                        Some(reach.clone().map_or_else(|| given.clone(), |reach| reach.or(&given)))
                    } else {
                        reach.clone()
                    }
                }).collect();
                prop_assert_eq!(reaches(&after), expected);
            }
        }
    }

    #[test]
    fn in_an_organization_without_roles_of_its_own_a_built_in_one_is_proposed() {
        let built_in = templates::ALL.iter().map(|template| {
            let n = usize::try_from(template.id().as_uuid().as_u128() & 0xff).unwrap();
            Role {
                organization_id: None,
                key: RoleKey::from_store(template.key.into()),
                ..role(n, template.permissions, &[], &[])
            }
        });
        let circumstances = member(&built_in.collect::<Vec<_>>());
        let proposed = circumstances.explain(ask(WAREHOUSE_VIEW, thing(1))).minimal_grants;
        assert_eq!(
            (proposed.len(), proposed[0].role.clone(), proposed[0].gained.clone()),
            (5, None, vec![WAREHOUSE_VIEW])
        );
        let smallest = proposed[1].role.as_ref().map(|(_, key, _)| key.as_str());
        assert_eq!((smallest, proposed[1].gained.len()), (Some("QA"), 2));
    }
}

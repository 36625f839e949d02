//! Who acts, from where, and what that proves.
//!
//! Tenant data is reached only through a [`TenantScope`], and only a successful authorisation
//! makes one: its fields are private to this module.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::grants::{DataScope, Grants};
use super::ids::{ApiKeyId, OrganizationId, SessionId, UserId};
use super::permission::{self, Permission};
use super::rank::Rank;
use super::sources::Timestamp;

/// Where a request came from; goes into every audit entry it causes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Address of the peer, if it came over a network.
    pub ip_address: Option<IpAddr>,
    /// The client's `User-Agent`, cut to 512 bytes.
    pub user_agent: Option<String>,
    /// The W3C trace id: 32 lower-case hex digits.
    pub trace_id: String,
}

/// What kind of actor stands in an audit entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorType {
    /// A known person.
    User,
    /// Somebody who has not signed in.
    Anonymous,
    /// Stoa itself: the command line or a job.
    System,
    /// A program with an API key of an organization.
    ApiKey,
}

impl ActorType {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Anonymous => "anonymous",
            Self::System => "system",
            Self::ApiKey => "api_key",
        }
    }
}

/// Who did it: carried by every scope, written into every audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// What kind of actor.
    pub actor_type: ActorType,
    /// The person; of an API key whoever made it; the nil id for the other kinds.
    pub user_id: UserId,
    /// The session, where there is one.
    pub session_id: Option<SessionId>,
    /// The API key, of exactly the actors of that type.
    pub api_key_id: Option<ApiKeyId>,
    /// Where the request came from.
    pub origin: Origin,
}

impl Stamp {
    /// Somebody not signed in.
    pub fn anonymous(origin: Origin) -> Self {
        Self { actor_type: ActorType::Anonymous, ..Self::user(UserId::NIL, origin) }
    }

    /// A person who is just being recognised, and so has no session yet.
    pub fn user(user_id: UserId, origin: Origin) -> Self {
        Self { actor_type: ActorType::User, user_id, session_id: None, api_key_id: None, origin }
    }

    /// Stoa itself.
    pub fn system() -> Self {
        Self { actor_type: ActorType::System, ..Self::user(UserId::NIL, Origin::default()) }
    }
}

/// Proof of a permission in one organization; opens what its data scope reaches of the tenant plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantScope {
    tenant: OrganizationId,
    stamp: Stamp,
    data: DataScope,
}

impl TenantScope {
    /// The organization whose rows may be touched.
    pub fn tenant(&self) -> OrganizationId {
        self.tenant
    }

    /// Who touches them.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Which of those rows. Whatever finds, lists, counts or sums them applies it: what is out of reach does not exist.
    pub fn data(&self) -> &DataScope {
        &self.data
    }

    /// The same proof, if all rows are within reach: what is new is nothing that a limit could name.
    ///
    /// # Errors
    /// [`Forbidden`] for whoever is limited to some things.
    pub fn unlimited(self) -> Result<Self, Forbidden> {
        if self.data.is_everything() { Ok(self) } else { Err(Forbidden) }
    }

    /// The same proof for the control plane, where people and memberships live.
    pub fn control(&self) -> ControlScope {
        ControlScope { organization: Some(self.tenant), stamp: self.stamp.clone() }
    }

    /// A scope without an authorisation behind it, for tests of adapters and use cases.
    #[cfg(feature = "mocks")]
    pub fn for_tests(tenant: OrganizationId) -> Self {
        Self { tenant, stamp: Stamp::system(), data: DataScope::EVERYTHING }
    }

    /// The same, for these things alone.
    #[cfg(feature = "mocks")]
    #[must_use]
    pub fn reaching(self, data: DataScope) -> Self {
        Self { data, ..self }
    }
}

/// Proof of being a platform administrator: somebody who acts across organizations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformScope {
    stamp: Stamp,
}

impl PlatformScope {
    /// Stoa itself: jobs and commands, which no request reaches.
    pub fn of_system() -> Self {
        Self { stamp: Stamp::system() }
    }

    /// Who acts.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Opens the control plane; audit entries belong to the platform.
    pub fn control(&self) -> ControlScope {
        ControlScope::new(self.stamp.clone())
    }

    /// The proof for one organization, whichever it is; audit entries belong to it.
    pub fn about(&self, organization: OrganizationId) -> TenantScope {
        TenantScope { tenant: organization, stamp: self.stamp.clone(), data: DataScope::EVERYTHING }
    }
}

/// Opens the control plane: users, organizations, memberships, sessions.
///
/// It proves nothing of an organization; calls that touch one ask for a [`TenantScope`] besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlScope {
    organization: Option<OrganizationId>,
    stamp: Stamp,
}

impl ControlScope {
    /// A scope whose audit entries belong to the platform.
    pub fn new(stamp: Stamp) -> Self {
        Self { organization: None, stamp }
    }

    /// The same scope with audit entries that belong to `organization`.
    #[must_use]
    pub fn about(mut self, organization: OrganizationId) -> Self {
        self.organization = Some(organization);
        self
    }

    /// The organization the audit entries belong to, if any.
    pub fn organization(&self) -> Option<OrganizationId> {
        self.organization
    }

    /// Who acts.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }
}

/// The organization a session works in, and the rank it has there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The rank.
    pub rank: Rank,
}

/// The API key behind a request, with what narrows its rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActingKey {
    /// The key.
    pub id: ApiKeyId,
    /// The only permissions it has of those of its rank; all of them if there is no such list.
    pub scope: Option<Arc<[Permission]>>,
}

impl ActingKey {
    /// Whether the key may have a permission, if its rank has it.
    pub fn admits(&self, permission: Permission) -> bool {
        !permission.is_personal() && self.scope.as_ref().is_none_or(|scope| scope.contains(&permission))
    }
}

/// A signed-in person, or a program with an API key: what a request is allowed is asked of this.
///
/// A key is let in only to operations that take a permission; what is a person's own affair
/// refuses it before its use case runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person; of an API key whoever made it, who answers for it.
    pub user_id: UserId,
    /// The session behind the token; the nil id where a key is in its place.
    pub session_id: SessionId,
    /// The API key, where one is in place of a session.
    pub key: Option<ActingKey>,
    /// The organization the token is for; none for somebody who belongs to none.
    pub standing: Option<Standing>,
    /// What comes to the rank there, and what nobody has there.
    pub grants: Arc<Grants>,
    /// Whether the person is an administrator of the platform itself.
    pub platform_admin: bool,
    /// Where the request came from.
    pub origin: Origin,
}

impl Actor {
    /// The proof of `permission` in the organization the token is for, as far as rank and roles reach.
    ///
    /// # Errors
    /// [`Forbidden`] without that permission, or without an organization.
    pub fn authorize(&self, permission: Permission) -> Result<TenantScope, Forbidden> {
        let standing = self.standing.ok_or(Forbidden)?;
        if !self.admits(permission) {
            return Err(Forbidden);
        }
        let reach = self.grants.reach_at(standing.rank, permission).ok_or(Forbidden)?;
        Ok(self.scope_in(standing, reach.clone()))
    }

    /// Whether a permission may be given on until an instant, or for ever: nobody gives what they do not have without
    /// limit, or for longer. That it is switched off is no hindrance: nobody has it by it.
    pub fn may_give(&self, permission: Permission, until: Option<Timestamp>) -> bool {
        let by_rank = self.rank().is_some_and(|rank| rank.permissions().contains(&permission));
        self.admits(permission) && (by_rank || self.grants.lasts(permission, until))
    }

    /// The permissions there are proofs of, in the order of the catalogue; each perhaps for some things alone.
    pub fn permissions(&self) -> impl Iterator<Item = Permission> {
        permission::ALL.iter().copied().filter(|permission| self.authorize(*permission).is_ok())
    }

    /// The proof of `permission` in the organization a path names, which must be the token's.
    ///
    /// # Errors
    /// [`Denied::Elsewhere`] for any other organization, existing or not; otherwise as
    /// [`authorize`](Self::authorize).
    pub fn authorize_in(&self, organization: OrganizationId, permission: Permission) -> Result<TenantScope, Denied> {
        self.belongs_to(organization)?;
        Ok(self.authorize(permission)?)
    }

    /// The proof that the token is for the organization a path names; asks for no permission, and reaches none of the
    /// organization's data.
    ///
    /// # Errors
    /// [`Elsewhere`] for any other organization, existing or not.
    pub fn belongs_to(&self, organization: OrganizationId) -> Result<TenantScope, Elsewhere> {
        match self.standing {
            Some(standing) if standing.organization_id == organization => {
                Ok(self.scope_in(standing, DataScope::nothing()))
            }
            _ => Err(Elsewhere),
        }
    }

    /// The proof of owning the organization a path names, which must be the token's. No API key has
    /// it.
    ///
    /// # Errors
    /// [`Denied::Elsewhere`] for any other organization, existing or not; [`Denied::Forbidden`] for
    /// everybody else there.
    pub fn authorize_owner_of(&self, organization: OrganizationId) -> Result<TenantScope, Denied> {
        let scope = self.belongs_to(organization)?;
        if self.rank() == Some(Rank::Owner) && self.key.is_none() {
            Ok(TenantScope { data: DataScope::EVERYTHING, ..scope })
        } else {
            Err(Forbidden.into())
        }
    }

    /// The proof of owning the organization a path names, or of being a platform administrator, who
    /// may name any.
    ///
    /// # Errors
    /// As [`authorize_owner_of`](Self::authorize_owner_of).
    pub fn authorize_owner_or_platform(&self, organization: OrganizationId) -> Result<TenantScope, Denied> {
        match self.authorize_platform() {
            Ok(platform) => Ok(platform.about(organization)),
            Err(Forbidden) => self.authorize_owner_of(organization),
        }
    }

    /// The proof of owning an archived organization, to which no token leads: the store says who
    /// owns it.
    ///
    /// # Errors
    /// [`Elsewhere`] for everybody else, and for every API key.
    pub fn owner_of_archived(&self, organization: OrganizationId, owner: UserId) -> Result<TenantScope, Elsewhere> {
        if self.user_id == owner && self.key.is_none() {
            Ok(TenantScope { tenant: organization, stamp: self.stamp(), data: DataScope::EVERYTHING })
        } else {
            Err(Elsewhere)
        }
    }

    /// The proof of being a platform administrator, which no rank in an organization gives.
    ///
    /// # Errors
    /// [`Forbidden`] for everybody else.
    pub fn authorize_platform(&self) -> Result<PlatformScope, Forbidden> {
        if self.platform_admin && self.key.is_none() {
            Ok(PlatformScope { stamp: self.stamp() })
        } else {
            Err(Forbidden)
        }
    }

    /// Whether this is the person themselves, signed in; a program with an API key is nobody.
    pub fn is(&self, user: UserId) -> bool {
        self.key.is_none() && self.user_id == user
    }

    /// The proof of belonging to the organization the token is for, if it is for one; it reaches none of its data.
    pub fn own_organization(&self) -> Option<TenantScope> {
        self.standing.map(|standing| self.scope_in(standing, DataScope::nothing()))
    }

    /// The rank in the organization the token is for.
    pub fn rank(&self) -> Option<Rank> {
        self.standing.map(|standing| standing.rank)
    }

    /// Opens the control plane in the actor's own name.
    pub fn control(&self) -> ControlScope {
        ControlScope { organization: self.standing.map(|standing| standing.organization_id), stamp: self.stamp() }
    }

    /// Opens the control plane for the person's own affairs, which are no organization's: audit
    /// entries belong to the platform.
    pub fn personal(&self) -> ControlScope {
        ControlScope::new(self.stamp())
    }

    fn admits(&self, permission: Permission) -> bool {
        self.key.as_ref().is_none_or(|key| key.admits(permission))
    }

    fn scope_in(&self, standing: Standing, data: DataScope) -> TenantScope {
        TenantScope { tenant: standing.organization_id, stamp: self.stamp(), data }
    }

    fn stamp(&self) -> Stamp {
        let person = Stamp::user(self.user_id, self.origin.clone());
        match &self.key {
            None => Stamp { session_id: Some(self.session_id), ..person },
            Some(key) => Stamp { actor_type: ActorType::ApiKey, api_key_id: Some(key.id), ..person },
        }
    }
}

/// The actor lacks the permission. The answer says no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the permission is missing")]
pub struct Forbidden;

/// The path names an organization that the token is not for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the organization is not the token's")]
pub struct Elsewhere;

/// Why an authorisation in a named organization failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Denied {
    /// See [`Elsewhere`].
    #[error(transparent)]
    Elsewhere(#[from] Elsewhere),
    /// See [`Forbidden`].
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::permission::{API_KEY_MANAGE, USER_VIEW, WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use uuid::Uuid;

    fn organization(n: u128) -> OrganizationId {
        Uuid::from_u128(n).into()
    }

    fn actor(standing: Option<Standing>) -> Actor {
        Actor {
            user_id: Uuid::from_u128(7).into(),
            session_id: Uuid::from_u128(8).into(),
            key: None,
            standing,
            grants: Arc::default(),
            platform_admin: false,
            origin: Origin::default(),
        }
    }

    #[test]
    fn a_scope_is_for_the_tokens_organization() {
        let admin = actor(Some(Standing { organization_id: organization(1), rank: Rank::Admin }));
        assert_eq!(admin.authorize(WAREHOUSE_MANAGE).unwrap().tenant(), organization(1));
        assert_eq!(admin.authorize_in(organization(2), WAREHOUSE_MANAGE), Err(Denied::Elsewhere(Elsewhere)));
    }

    #[test]
    fn a_member_does_not_manage() {
        let member = actor(Some(Standing { organization_id: organization(1), rank: Rank::Member }));
        assert!(member.authorize(USER_VIEW).is_ok());
        assert_eq!(member.authorize(WAREHOUSE_MANAGE), Err(Forbidden));
        assert_eq!(member.authorize_in(organization(1), WAREHOUSE_MANAGE), Err(Denied::Forbidden(Forbidden)));
    }

    fn member(grants: Grants) -> Actor {
        let standing = Standing { organization_id: organization(1), rank: Rank::Member };
        Actor { grants: Arc::new(grants), ..actor(Some(standing)) }
    }

    #[test]
    fn a_role_gives_what_the_rank_does_not_and_its_limit_travels_in_the_proof() {
        let first = DataScope::only("warehouse", [Uuid::from_u128(1)]);
        let operator = member(Grants::default().with([WAREHOUSE_VIEW], &first, None));
        let scope = operator.authorize(WAREHOUSE_VIEW).unwrap();
        assert_eq!((scope.tenant(), scope.data()), (organization(1), &first));
        assert_eq!(scope.unlimited(), Err(Forbidden));
        assert_eq!(operator.authorize(WAREHOUSE_MANAGE), Err(Forbidden));
        assert!(operator.authorize(USER_VIEW).unwrap().unlimited().is_ok());
        assert_eq!(operator.permissions().collect::<Vec<_>>(), [USER_VIEW, WAREHOUSE_VIEW]);
    }

    #[test]
    fn nobody_gives_what_they_do_not_have() {
        let manager = member(Grants::none(vec![WAREHOUSE_VIEW]).with([WAREHOUSE_VIEW], &DataScope::EVERYTHING, None));
        assert!(manager.may_give(WAREHOUSE_VIEW, None) && manager.may_give(USER_VIEW, None));
        assert!(!manager.may_give(WAREHOUSE_MANAGE, None) && !actor(None).may_give(USER_VIEW, None));
        assert!(key(None).may_give(WAREHOUSE_MANAGE, None) && !key(None).may_give(API_KEY_MANAGE, None));
    }

    #[test]
    fn what_is_switched_off_nobody_has_whatever_the_rank() {
        let off = Arc::new(Grants::none(vec![WAREHOUSE_MANAGE]).with([WAREHOUSE_MANAGE], &DataScope::EVERYTHING, None));
        for rank in [Rank::Member, Rank::Admin, Rank::Owner] {
            let standing = Some(Standing { organization_id: organization(1), rank });
            let actor = Actor { grants: Arc::clone(&off), ..actor(standing) };
            assert_eq!(actor.authorize(WAREHOUSE_MANAGE), Err(Forbidden));
        }
    }

    #[test]
    fn belonging_reaches_none_of_the_data() {
        let owner = actor(Some(Standing { organization_id: organization(1), rank: Rank::Owner }));
        assert_eq!(owner.belongs_to(organization(1)).unwrap().data(), &DataScope::nothing());
        assert_eq!(owner.own_organization().unwrap().data(), &DataScope::nothing());
    }

    #[test]
    fn what_is_the_owners_is_nobody_elses() {
        let here = |rank| actor(Some(Standing { organization_id: organization(1), rank }));
        assert!(here(Rank::Owner).authorize_owner_of(organization(1)).is_ok());
        assert_eq!(here(Rank::Owner).authorize_owner_of(organization(2)), Err(Denied::Elsewhere(Elsewhere)));
        let key = Actor { key: key(None).key, ..here(Rank::Owner) };
        for other in [here(Rank::Admin), here(Rank::Member), key] {
            assert_eq!(other.authorize_owner_of(organization(1)), Err(Denied::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn the_owner_and_a_platform_admin_have_a_say_over_the_organization() {
        let here = |rank| actor(Some(Standing { organization_id: organization(1), rank }));
        let platform = Actor { platform_admin: true, ..actor(None) };
        assert_eq!(platform.authorize_owner_or_platform(organization(9)).unwrap().tenant(), organization(9));
        assert!(here(Rank::Owner).authorize_owner_or_platform(organization(1)).is_ok());
        assert_eq!(here(Rank::Owner).authorize_owner_or_platform(organization(2)), Err(Denied::Elsewhere(Elsewhere)));
        assert_eq!(here(Rank::Admin).authorize_owner_or_platform(organization(1)), Err(Denied::Forbidden(Forbidden)));
    }

    #[test]
    fn an_archived_organization_is_its_owners_from_wherever_they_are() {
        let person = actor(None);
        assert_eq!(person.owner_of_archived(organization(3), person.user_id).unwrap().tenant(), organization(3));
        assert_eq!(person.owner_of_archived(organization(3), Uuid::from_u128(9).into()), Err(Elsewhere));
        assert_eq!(key(None).owner_of_archived(organization(1), person.user_id), Err(Elsewhere));
    }

    #[test]
    fn only_a_platform_admin_reaches_across_organizations() {
        let owner = actor(Some(Standing { organization_id: organization(1), rank: Rank::Owner }));
        assert_eq!(owner.authorize_platform(), Err(Forbidden));
        let admin = Actor { platform_admin: true, ..actor(None) };
        let scope = admin.authorize_platform().unwrap();
        assert_eq!((scope.control().organization(), scope.about(organization(2)).tenant()), (None, organization(2)));
        assert_eq!(scope.about(organization(2)).stamp(), scope.control().stamp());
        assert_eq!(scope.stamp().user_id, admin.user_id);
        assert_eq!(admin.authorize(WAREHOUSE_VIEW), Err(Forbidden), "it is no rank in an organization");
    }

    #[test]
    fn without_an_organization_nothing_is_allowed() {
        assert_eq!(actor(None).authorize(WAREHOUSE_VIEW), Err(Forbidden));
        assert_eq!(actor(None).belongs_to(organization(1)), Err(Elsewhere));
    }

    fn key(scope: Option<&[Permission]>) -> Actor {
        let key = ActingKey { id: Uuid::from_u128(9).into(), scope: scope.map(Arc::from) };
        let standing = Standing { organization_id: organization(1), rank: Rank::Admin };
        Actor { session_id: SessionId::NIL, key: Some(key), ..actor(Some(standing)) }
    }

    #[test]
    fn a_key_has_the_permissions_of_its_rank_but_no_say_over_keys() {
        assert!(key(None).authorize(WAREHOUSE_MANAGE).is_ok());
        assert_eq!(key(None).authorize(API_KEY_MANAGE), Err(Forbidden));
        assert_eq!(key(Some(&[API_KEY_MANAGE])).authorize(API_KEY_MANAGE), Err(Forbidden));
    }

    #[test]
    fn a_person_is_themselves_and_a_program_is_nobody() {
        let person = actor(None);
        assert!(person.is(person.user_id) && !person.is(Uuid::from_u128(9).into()));
        assert!(!key(None).is(person.user_id));
        assert_eq!(person.own_organization(), None);
        assert_eq!(key(None).own_organization().unwrap().tenant(), organization(1));
    }

    #[test]
    fn the_scope_of_a_key_leaves_it_nothing_else() {
        let reader = key(Some(&[WAREHOUSE_VIEW]));
        assert!(reader.authorize(WAREHOUSE_VIEW).is_ok());
        assert_eq!(reader.authorize(WAREHOUSE_MANAGE), Err(Forbidden));
        assert_eq!(key(Some(&[])).authorize(WAREHOUSE_VIEW), Err(Forbidden));
    }

    #[test]
    fn a_key_never_administers_the_platform() {
        let of_administrator = Actor { platform_admin: true, ..key(None) };
        assert_eq!(of_administrator.authorize_platform(), Err(Forbidden));
    }

    #[test]
    fn what_a_key_does_is_stamped_with_the_key_and_whoever_made_it() {
        let scope = key(None).authorize(WAREHOUSE_VIEW).unwrap();
        let Stamp { actor_type, user_id, session_id, api_key_id, .. } = scope.stamp();
        assert_eq!((*actor_type, *user_id, *session_id), (ActorType::ApiKey, Uuid::from_u128(7).into(), None));
        assert_eq!(*api_key_id, Some(Uuid::from_u128(9).into()));
    }
}

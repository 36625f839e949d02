//! API keys: how a program works in an organization without a person being signed in.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::Duration;
use serde::Serialize;

use super::addresses::Network;
use super::templates::VIEWER;
use crate::identity::token::TokenDigest;
use crate::kernel::actor::{ActingKey, Actor, Origin, Standing};
use crate::kernel::field::{Flaw, InvalidField};
use crate::kernel::grants::{DataScope, Grants};
use crate::kernel::ids::{ApiKeyId, OrganizationId, SessionId, UserId};
use crate::kernel::name::Name;
use crate::kernel::permission::Permission;
use crate::kernel::rank::Rank;
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// What every key begins with, by which people and scanners know one.
pub const KEY_PREFIX: &str = "stoa_live_";
/// A use within this time of the one noted last is not noted again.
pub const USE_NOTED_EVERY: Duration = Duration::minutes(1);

/// The text of a new key, with what is kept of it.
#[derive(Debug, Clone)]
pub struct IssuedKey {
    /// The whole text; shown once.
    pub text: Secret,
    /// [`KEY_PREFIX`] and a few characters by which people tell their keys apart.
    pub prefix: String,
    /// SHA-256 of the text.
    pub digest: TokenDigest,
}

/// What somebody asks of a new key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTerms {
    /// What people call it.
    pub name: Name,
    /// Its rank; never owner.
    pub role: Rank,
    /// The only permissions it has of those of its rank; all of them if there is no such list.
    pub scope: Option<Vec<Permission>>,
    /// Where it may be used from; anywhere if there is no such list.
    pub allowed_addresses: Option<Vec<Network>>,
    /// When it ends, if it does by itself.
    pub expires_at: Option<Timestamp>,
}

impl KeyTerms {
    /// Whether these terms make sense now.
    ///
    /// # Errors
    /// The field that does not.
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidField> {
        const PAST: Flaw = Flaw { code: "past", message: "must be in the future" };
        const BEYOND: Flaw =
            Flaw { code: "beyond_role", message: "must hold only permissions that a key of this role has" };

        if self.expires_at.is_some_and(|at| at <= now) {
            return Err(PAST.at("expires_at"));
        }
        let has = |permission: &Permission| permissions_of_role(self.role).any(|one| one == *permission);
        if self.scope.as_ref().is_some_and(|scope| !scope.iter().all(has)) {
            return Err(BEYOND.at("scope"));
        }
        Ok(())
    }
}

/// An API key as it is stored. It belongs to its organization: it outlives the membership of
/// whoever made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Id.
    pub id: ApiKeyId,
    /// Where it works.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: Name,
    /// Its rank.
    pub role: Rank,
    /// The only permissions it has of those of its rank.
    pub scope: Option<Vec<Permission>>,
    /// Where it may be used from.
    pub allowed_addresses: Option<Vec<Network>>,
    /// The beginning of its text.
    pub prefix: String,
    /// Digest of its text.
    #[serde(skip)]
    pub digest: TokenDigest,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When its text was last replaced.
    #[serde(serialize_with = "rfc3339_option")]
    pub rotated_at: Option<Timestamp>,
    /// When it ends by itself.
    #[serde(serialize_with = "rfc3339_option")]
    pub expires_at: Option<Timestamp>,
    /// When its last noted use was, to the minute or so.
    #[serde(skip)]
    pub last_used_at: Option<Timestamp>,
    /// Where from.
    #[serde(skip)]
    pub last_used_ip: Option<IpAddr>,
}

impl ApiKey {
    /// A new key.
    pub fn new(
        id: ApiKeyId,
        organization_id: OrganizationId,
        created_by: UserId,
        terms: KeyTerms,
        issued: &IssuedKey,
        now: Timestamp,
    ) -> Self {
        let KeyTerms { name, role, scope, allowed_addresses, expires_at } = terms;
        Self {
            id,
            organization_id,
            name,
            role,
            scope,
            allowed_addresses,
            prefix: issued.prefix.clone(),
            digest: issued.digest,
            created_by,
            created_at: now,
            rotated_at: None,
            expires_at,
            last_used_at: None,
            last_used_ip: None,
        }
    }

    /// This key under another text; the old one is worth nothing from now on.
    #[must_use]
    pub fn rotated(&self, issued: &IssuedKey, now: Timestamp) -> Self {
        Self { prefix: issued.prefix.clone(), digest: issued.digest, rotated_at: Some(now), ..self.clone() }
    }
}

/// What a live key entitles to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveKey {
    /// The key.
    pub key: ApiKey,
    /// Slug of its organization.
    pub organization_slug: String,
    /// Whether its organization is suspended.
    pub suspended: bool,
    /// What it has beyond its rank, and what nobody has there.
    pub grants: Arc<Grants>,
}

/// Why a known key does not open anything now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRefusal {
    /// Its time has run out.
    Expired,
    /// It may not be used from this address.
    Address,
    /// Its organization is suspended.
    Suspended,
}

impl ActiveKey {
    /// Whether it may be used now, from this address.
    ///
    /// # Errors
    /// The [`KeyRefusal`].
    pub fn check(&self, now: Timestamp, from: Option<IpAddr>) -> Result<(), KeyRefusal> {
        if self.key.expires_at.is_some_and(|at| at <= now) {
            return Err(KeyRefusal::Expired);
        }
        match &self.key.allowed_addresses {
            Some(networks) if !from.is_some_and(|from| networks.iter().any(|network| network.contains(from))) => {
                Err(KeyRefusal::Address)
            }
            _ if self.suspended => Err(KeyRefusal::Suspended),
            _ => Ok(()),
        }
    }

    /// Whether a use at this time should be noted.
    pub fn is_use_news(&self, now: Timestamp) -> bool {
        self.key.last_used_at.is_none_or(|noted| noted + USE_NOTED_EVERY <= now)
    }

    /// The organization it works in, and its rank there.
    pub fn standing(&self) -> Standing {
        Standing { organization_id: self.key.organization_id, rank: self.key.role }
    }

    /// The actor of a request made with this key.
    pub fn actor(&self, origin: Origin) -> Actor {
        let scope = self.key.scope.as_deref().map(Arc::from);
        Actor {
            user_id: self.key.created_by,
            session_id: SessionId::NIL,
            key: Some(ActingKey { id: self.key.id, scope }),
            standing: Some(self.standing()),
            grants: Arc::clone(&self.grants),
            platform_admin: false,
            origin,
        }
    }
}

/// What a key of this rank may do at most: keys have no roles, and one of the rank member reads as [`VIEWER`] does.
pub fn permissions_of_role(rank: Rank) -> impl Iterator<Item = Permission> {
    let read = VIEWER.permissions.iter().filter(move |permission| !rank.permissions().contains(permission));
    rank.permissions().iter().chain(read).copied().filter(|permission| !permission.is_personal())
}

/// What comes to the rank of a key where these permissions are switched off.
pub fn grants_of_key(switched_off: Vec<Permission>) -> Grants {
    Grants::none(switched_off).with(VIEWER.permissions.iter().copied(), &DataScope::EVERYTHING, None)
}

/// The permissions these codes mean, each once.
///
/// # Errors
/// The flaw of a code that means none.
pub fn permissions_of<'a>(codes: impl IntoIterator<Item = &'a str>) -> Result<Vec<Permission>, Flaw> {
    const UNKNOWN: Flaw = Flaw { code: "unknown_permission", message: "must hold only codes of permissions" };

    let mut permissions = Vec::new();
    for code in codes {
        let permission = Permission::of_code(code).ok_or(UNKNOWN)?;
        if !permissions.contains(&permission) {
            permissions.push(permission);
        }
    }
    Ok(permissions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::field::Parsed as _;
    use crate::kernel::permission::{API_KEY_MANAGE, WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use chrono::DateTime;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn terms() -> KeyTerms {
        let name = Name::parse("Scales").unwrap();
        KeyTerms { name, role: Rank::Member, scope: None, allowed_addresses: None, expires_at: None }
    }

    fn issued(n: u8) -> IssuedKey {
        IssuedKey { text: "text".into(), prefix: format!("stoa_live_{n}"), digest: TokenDigest([n; 32]) }
    }

    fn active(terms: KeyTerms) -> ActiveKey {
        let ids = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        let key = ApiKey::new(ids.0, ids.1, ids.2, terms, &issued(1), at(100));
        ActiveKey {
            key,
            organization_slug: "harbour".into(),
            suspended: false,
            grants: Arc::new(grants_of_key(vec![])),
        }
    }

    #[test]
    fn the_end_must_lie_ahead_and_the_scope_within_the_role() {
        assert!(terms().check(at(100)).is_ok());
        let ended = KeyTerms { expires_at: Some(at(100)), ..terms() };
        assert_eq!(ended.check(at(100)).unwrap_err().field, "expires_at");
        let narrowed = |role, permission| KeyTerms { role, scope: Some(vec![permission]), ..terms() };
        assert!(narrowed(Rank::Member, WAREHOUSE_VIEW).check(at(0)).is_ok());
        assert!(narrowed(Rank::Admin, WAREHOUSE_MANAGE).check(at(0)).is_ok());
        for (role, permission) in [(Rank::Member, WAREHOUSE_MANAGE), (Rank::Admin, API_KEY_MANAGE)] {
            let refused = narrowed(role, permission).check(at(0)).unwrap_err();
            assert_eq!((refused.field, refused.flaw.code), ("scope", "beyond_role"));
        }
    }

    #[test]
    fn a_key_ends_at_its_last_instant() {
        let key = active(KeyTerms { expires_at: Some(at(200)), ..terms() });
        assert_eq!(key.check(at(199), None), Ok(()));
        assert_eq!(key.check(at(200), None), Err(KeyRefusal::Expired));
    }

    #[test]
    fn a_key_for_a_network_is_refused_elsewhere_and_where_the_address_is_unknown() {
        let networks = vec![Network::parse("192.0.2.0/24").unwrap()];
        let key = active(KeyTerms { allowed_addresses: Some(networks), ..terms() });
        assert_eq!(key.check(at(0), Some([192, 0, 2, 9].into())), Ok(()));
        for from in [None, Some([198, 51, 100, 1].into())] {
            assert_eq!(key.check(at(0), from), Err(KeyRefusal::Address));
        }
    }

    #[test]
    fn a_use_is_news_once_a_minute() {
        let mut key = active(terms());
        assert!(key.is_use_news(at(100)));
        key.key.last_used_at = Some(at(100));
        assert!(!key.is_use_news(at(159)));
        assert!(key.is_use_news(at(160)));
    }

    #[test]
    fn a_rotated_key_keeps_all_but_its_text() {
        let before = active(terms()).key;
        let after = before.rotated(&issued(2), at(300));
        assert_eq!((after.digest, after.rotated_at), (TokenDigest([2; 32]), Some(at(300))));
        assert_eq!(ApiKey { prefix: before.prefix.clone(), digest: before.digest, rotated_at: None, ..after }, before);
    }

    #[test]
    fn the_picture_of_a_key_shows_no_digest() {
        let shown = serde_json::to_value(active(terms()).key).unwrap();
        assert!(shown.get("digest").is_none() && shown.get("last_used_at").is_none());
        assert_eq!(shown["prefix"], "stoa_live_1");
    }

    #[test]
    fn a_key_of_a_member_reads_and_no_key_makes_keys() {
        let member: Vec<_> = permissions_of_role(Rank::Member).collect();
        assert!(member.contains(&WAREHOUSE_VIEW) && !member.contains(&WAREHOUSE_MANAGE));
        let mut each = member.clone();
        each.dedup();
        assert_eq!(each, member);
        assert!(!permissions_of_role(Rank::Admin).any(Permission::is_personal));
        let actor = active(terms()).actor(Origin::default());
        assert!(actor.authorize(WAREHOUSE_VIEW).is_ok() && actor.authorize(WAREHOUSE_MANAGE).is_err());
    }

    #[test]
    fn codes_become_permissions_each_once() {
        let codes = ["warehouse.view", "warehouse.view", "warehouse.manage"];
        assert_eq!(permissions_of(codes).unwrap(), [WAREHOUSE_VIEW, WAREHOUSE_MANAGE]);
        assert_eq!(permissions_of(["warehouse.*"]).unwrap_err().code, "unknown_permission");
    }
}

//! Two organizations that exist, their owners, and the short ways into their data.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta};
use stoa_domain::access::ports::AccessTx;
use stoa_domain::audit::AuditEntry;
use stoa_domain::audit::chain::{Hash, Head, Link, Record};
use stoa_domain::audit::ports::{ChainTx, StagingTx};
use stoa_domain::cold_storage::ports::ColdStorageTx;
use stoa_domain::cold_storage::warehouse::{Warehouse, WarehouseCode, WarehouseDetails};
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::session::Session;
use stoa_domain::identity::user::User;
use stoa_domain::invitations::ports::InvitationsTx;
use stoa_domain::kernel::actor::{ActingKey, Actor, ControlScope, Origin, Stamp, Standing, TenantScope};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::ids::{OrganizationId, SessionId, UserId};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::organization::{Organization, Slug};
use stoa_domain::organizations::ports::OrganizationsTx;
use stoa_domain::outbox::ports::DeliveryTx;
use stoa_domain::people::ports::PeopleTx;
use stoa_domain::reference::country::CountryCode;
use stoa_domain::reference::currency::CurrencyCode;
use stoa_domain::reference::time_zone::TimeZone;
use uuid::Uuid;

use crate::subject::Subject;

/// An organization with the proof that opens its data.
pub struct Tenant {
    /// The organization.
    pub organization: Organization,
    /// Who owns it.
    pub owner: User,
    /// The owner's proof.
    pub scope: TenantScope,
}

impl Tenant {
    /// The organization's id.
    pub fn id(&self) -> OrganizationId {
        self.organization.id
    }
}

/// A store with two organizations that have nothing to do with each other.
pub struct World<'s> {
    /// The store.
    pub store: &'s dyn Subject,
    /// The organization a contract works in.
    pub ours: Tenant,
    /// The one that must never notice.
    pub theirs: Tenant,
    given: AtomicU64,
}

/// The n-th second of these stories, with microseconds that must not get lost.
pub fn at(n: i64) -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + n) + TimeDelta::microseconds(123_456)
}

/// A value that is known to be one.
pub fn parsed<T: Parsed>(text: &str) -> T {
    T::parse(text).expect("a value of its type")
}

/// An entry with this stamp, as it waits.
pub fn recorded(stamp: &Stamp, entry: &AuditEntry) -> Record {
    Record {
        id: entry.id,
        at: entry.at,
        actor_type: stamp.actor_type.as_str().to_owned(),
        user_id: stamp.user_id,
        session_id: stamp.session_id,
        api_key_id: stamp.api_key_id,
        action: entry.action.to_owned(),
        resource_type: entry.resource_type.to_owned(),
        resource_id: entry.resource_id,
        before: entry.before.as_ref().map(ToString::to_string),
        after: entry.after.as_ref().map(ToString::to_string),
        ip_address: stamp.origin.ip_address.map(|address| address.to_string()),
        user_agent: stamp.origin.user_agent.clone(),
        trace_id: stamp.origin.trace_id.clone(),
    }
}

/// The end of a chain whose last link this is; its hash is made up.
pub fn end_after(link: &Link) -> Head {
    Head { seq: link.seq, hash: link.hash, key_id: link.key_id.clone(), mac: Hash([0xee; 32]) }
}

/// A person nobody has stored yet.
pub fn person(id: impl Into<UserId>, email: &str, name: &str) -> User {
    User::new(id.into(), parsed::<Email>(email), parsed(name), at(0))
}

/// An organization nobody has stored yet.
pub fn organization(id: impl Into<OrganizationId>, name: &str, slug: &str) -> Organization {
    Organization::new(id.into(), parsed::<Name>(name), Slug::from_store(slug.to_owned()), at(0))
}

/// The proof of belonging to an organization, on behalf of a session of this person.
pub fn scope_in(organization: OrganizationId, user_id: UserId, origin: Origin) -> TenantScope {
    let standing = Some(Standing { organization_id: organization, rank: Rank::Owner });
    let session_id = Uuid::from_u128(0x5e55).into();
    let actor =
        Actor { user_id, session_id, key: None, standing, grants: Arc::default(), platform_admin: false, origin };
    actor.authorize_owner_of(organization).expect("a place in the organization")
}

/// The same on behalf of an API key that this person has made.
pub fn key_scope_in(organization: OrganizationId, made_by: UserId, origin: Origin) -> TenantScope {
    let standing = Some(Standing { organization_id: organization, rank: Rank::Member });
    let key = Some(ActingKey { id: Uuid::from_u128(0x6e7).into(), scope: None });
    let session_id = SessionId::NIL;
    let grants = Arc::default();
    let actor = Actor { user_id: made_by, session_id, key, standing, grants, platform_admin: false, origin };
    actor.belongs_to(organization).expect("a place in the organization")
}

fn founded(store: &dyn Subject, owner: User, organization: Organization, origin: Origin) -> Tenant {
    let place = Membership {
        organization_id: organization.id,
        user_id: owner.id,
        role: Rank::Owner,
        joined_at: organization.created_at,
    };
    store
        .identity()
        .run(&ControlScope::new(Stamp::anonymous(Origin::default())), |tx| {
            tx.users.insert(&owner)?;
            tx.organizations.insert(&organization)?;
            tx.members.insert(&place)
        })
        .expect("an organization of its own");
    let scope = scope_in(organization.id, owner.id, origin);
    Tenant { organization, owner, scope }
}

impl<'s> World<'s> {
    /// Founds the two organizations in a fresh store.
    pub fn new(store: &'s dyn Subject) -> Self {
        let kim = person(Uuid::from_u128(0x0b), "kim@example.com", "Kim Ha-neul");
        let lee = person(Uuid::from_u128(0x0a), "lee@example.com", "Lee Seo-jun");
        let harbour = organization(Uuid::from_u128(0xa0), "Harbour Cold Store", "harbour");
        let inland = organization(Uuid::from_u128(0xb0), "Inland Cold Store", "inland");
        let origin = |host: u8| Origin {
            ip_address: Some([192, 0, 2, host].into()),
            user_agent: Some(format!("contract/{host}")),
            trace_id: format!("{host:032x}"),
        };
        let ours = founded(store, kim, harbour, origin(1));
        let theirs = founded(store, lee, inland, origin(2));
        Self { store, ours, theirs, given: AtomicU64::new(0x1000) }
    }

    /// An id that nothing has yet; later ones are greater.
    pub fn id<T: From<Uuid>>(&self) -> T {
        Uuid::from_u128(u128::from(self.given.fetch_add(1, Ordering::Relaxed))).into()
    }

    /// A scope of the control plane in nobody's name.
    pub fn control(&self) -> ControlScope {
        ControlScope::new(Stamp::system())
    }

    /// Works on people in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn identity<T>(&self, work: impl FnOnce(&IdentityTx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.store.identity().run(&self.control(), work)
    }

    /// Works on API keys in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn access<T>(&self, work: impl FnOnce(&AccessTx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.store.access().run(&self.control(), work)
    }

    /// Works on the chain of one organization in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn chain<T>(
        &self,
        scope: &TenantScope,
        work: impl FnOnce(&ChainTx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.store.chains().run(scope, work)
    }

    /// Works on what waits in the control plane in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn staging<T>(&self, work: impl FnOnce(&StagingTx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.store.staging().run(&self.control(), work)
    }

    /// The link of this number that an entry could become; its hashes are made up.
    pub fn link(&self, seq: i64, entry: &AuditEntry) -> Link {
        let made_up = |n: i64| Hash([u8::try_from(n).unwrap_or(0xff); 32]);
        Link {
            seq,
            record: recorded(&Stamp::system(), entry),
            key_id: "0123456789abcdef".into(),
            previous: made_up(seq - 1),
            hash: made_up(seq),
        }
    }

    /// Works on invitations in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn invitations<T>(
        &self,
        work: impl FnOnce(&InvitationsTx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.store.invitations().run(&self.control(), work)
    }

    /// Works as the worker in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn delivery<T>(&self, work: impl FnOnce(&DeliveryTx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.store.delivery().run(&self.control(), work)
    }

    /// Works on organizations in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn organizations<T>(
        &self,
        work: impl FnOnce(&OrganizationsTx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.store.organizations().run(&self.control(), work)
    }

    /// Works on people's profiles in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn people<T>(&self, work: impl FnOnce(&PeopleTx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.store.people().run(&self.control(), work)
    }

    /// Works on the cold storage of one organization in one transaction.
    ///
    /// # Errors
    /// Those of the work and of the store.
    pub fn cold_storage<T>(
        &self,
        tenant: &Tenant,
        work: impl FnOnce(&ColdStorageTx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.store.cold_storage().run(&tenant.scope, work)
    }

    /// A warehouse nobody has stored yet.
    pub fn warehouse(&self, code: &str, name: &str) -> Warehouse {
        let details = WarehouseDetails {
            code: parsed::<WarehouseCode>(code),
            name: parsed(name),
            address: None,
            country: parsed::<CountryCode>("KR"),
            tz: parsed::<TimeZone>("Asia/Seoul"),
            currency: parsed::<CurrencyCode>("KRW"),
        };
        Warehouse::new(self.id(), details, at(0))
    }

    /// A person who is stored and belongs nowhere.
    pub fn newcomer(&self, email: &str) -> User {
        let user = person(self.id::<UserId>(), email, "A Newcomer");
        self.identity(|tx| tx.users.insert(&user)).expect("a new person");
        user
    }

    /// An organization that is stored and has nobody in it.
    pub fn empty_organization(&self, slug: &str) -> Organization {
        let organization = organization(self.id::<OrganizationId>(), slug, slug);
        self.organizations(|tx| tx.organizations.insert(&organization)).expect("a new organization");
        organization
    }

    /// Makes a person a member.
    pub fn join(&self, organization: OrganizationId, user: UserId, role: Rank, joined_at: Timestamp) -> Membership {
        let place = Membership { organization_id: organization, user_id: user, role, joined_at };
        self.organizations(|tx| tx.members.insert(&place)).expect("a new member");
        place
    }

    /// A session that is stored.
    pub fn session(&self, user: UserId, organization: Option<OrganizationId>) -> Session {
        let session = Session {
            id: self.id(),
            user_id: user,
            organization_id: organization,
            created_at: at(0),
            expires_at: at(3600),
            origin: Origin::default(),
        };
        self.identity(|tx| tx.sessions.insert(&session)).expect("a new session");
        session
    }

    /// An audit entry nobody has recorded yet.
    pub fn entry(&self, action: &'static str) -> AuditEntry {
        AuditEntry {
            id: self.id(),
            at: at(1),
            action,
            resource_type: "warehouse",
            resource_id: self.id(),
            before: None,
            after: None,
        }
    }
}

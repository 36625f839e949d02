//! The chain of an organization's audit entries: each is sealed with the hash of the one before it, by a
//! key that no database holds.

use std::fmt;

use uuid::Uuid;

use crate::kernel::ids::{ApiKeyId, AuditEntryId, OrganizationId, SessionId, UserId};
use crate::kernel::sources::Timestamp;

/// HMAC-SHA256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What stands before the first entry of a chain.
    pub const NONE: Self = Self([0; 32]);

    /// The hash that this lower-case hex is of.
    pub fn of_hex(text: &str) -> Option<Self> {
        let mut hash = Self::NONE;
        for (n, byte) in hash.0.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
        }
        (hash.to_string() == text).then_some(hash)
    }
}

/// Lower-case hex.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Seals chains.
///
/// An adapter must answer the same for the same message, and so that nobody without its secret can: two
/// keys of one id are the same key.
pub trait ChainKey: Send + Sync {
    /// Which key it is; tells nothing of the secret.
    fn id(&self) -> &str;

    /// The hash of a message under the secret.
    fn hash(&self, message: &[u8]) -> Hash;

    /// The hash of a message under the secret of this id, which may be one that has sealed before; `None` if it is
    /// not known.
    fn hash_under(&self, id: &str, message: &[u8]) -> Option<Hash>;
}

/// An entry as it was recorded, with who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Id of the entry.
    pub id: AuditEntryId,
    /// When it happened.
    pub at: Timestamp,
    /// What kind of actor did it: `user`, `anonymous`, `system` or `api_key`.
    pub actor_type: String,
    /// The person; of an API key whoever made it; the nil id for the other kinds.
    pub user_id: UserId,
    /// The session, where there was one.
    pub session_id: Option<SessionId>,
    /// The API key, where one was in place of a session.
    pub api_key_id: Option<ApiKeyId>,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub resource_type: String,
    /// To which thing.
    pub resource_id: Uuid,
    /// The changed fields as they were: JSON.
    pub before: Option<String>,
    /// The changed fields as they were afterwards: JSON.
    pub after: Option<String>,
    /// Address of the peer.
    pub ip_address: Option<String>,
    /// The client's name for itself.
    pub user_agent: Option<String>,
    /// The trace it belongs to.
    pub trace_id: String,
}

/// A record in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number in the chain, from 1 without a gap.
    pub seq: i64,
    /// The entry.
    pub record: Record,
    /// The key that sealed it.
    pub key_id: String,
    /// The hash of the link before it.
    pub previous: Hash,
    /// The hash over everything else here, and the chain.
    pub hash: Hash,
}

/// The end of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last link.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
    /// The key that sealed the end.
    pub key_id: String,
    /// The hash over everything else here, and the chain.
    pub mac: Hash,
}

impl Link {
    /// Whether it was sealed by this key or one before it, as this number of this chain.
    pub fn is_sealed(&self, key: &dyn ChainKey, chain: OrganizationId, seq: i64) -> bool {
        key.hash_under(&self.key_id, &self.message(chain, seq)) == Some(self.hash)
    }

    fn message(&self, chain: OrganizationId, seq: i64) -> Vec<u8> {
        let Record { id, at, actor_type, user_id, session_id, api_key_id, action, .. } = &self.record;
        let Record { resource_type, resource_id, before, after, ip_address, user_agent, trace_id, .. } = &self.record;
        let mut message = Message::new("stoa audit entry 1");
        message.field(chain.as_uuid().as_bytes());
        message.field(&seq.to_be_bytes());
        message.field(id.as_uuid().as_bytes());
        message.field(&at.timestamp_micros().to_be_bytes());
        message.field(actor_type.as_bytes());
        message.field(user_id.as_uuid().as_bytes());
        message.optional(session_id.map(SessionId::as_uuid).as_ref().map(|id| &id.as_bytes()[..]));
        message.optional(api_key_id.map(ApiKeyId::as_uuid).as_ref().map(|id| &id.as_bytes()[..]));
        message.field(action.as_bytes());
        message.field(resource_type.as_bytes());
        message.field(resource_id.as_bytes());
        for text in [before, after, ip_address, user_agent] {
            message.optional(text.as_deref().map(str::as_bytes));
        }
        message.field(trace_id.as_bytes());
        message.field(self.key_id.as_bytes());
        message.field(&self.previous.0);
        message.0
    }
}

impl Head {
    /// The end of a chain whose last link this is.
    pub fn after(key: &dyn ChainKey, chain: OrganizationId, last: &Link) -> Self {
        let mut head = Self { seq: last.seq, hash: last.hash, key_id: key.id().to_owned(), mac: Hash::NONE };
        head.mac = key.hash(&head.message(chain));
        head
    }

    /// Whether it was sealed by this key or one before it, as the end of this chain.
    pub fn is_sealed(&self, key: &dyn ChainKey, chain: OrganizationId) -> bool {
        key.hash_under(&self.key_id, &self.message(chain)) == Some(self.mac)
    }

    fn message(&self, chain: OrganizationId) -> Vec<u8> {
        let mut message = Message::new("stoa audit head 1");
        message.field(chain.as_uuid().as_bytes());
        message.field(&self.seq.to_be_bytes());
        message.field(&self.hash.0);
        message.field(self.key_id.as_bytes());
        message.0
    }
}

/// The links that these records become behind the end of a chain, in this order.
pub fn extend(
    key: &dyn ChainKey,
    chain: OrganizationId,
    head: Option<&Head>,
    records: impl IntoIterator<Item = Record>,
) -> Vec<Link> {
    let (mut seq, mut previous) = head.map_or((0, Hash::NONE), |head| (head.seq, head.hash));
    let link = |record| {
        seq += 1;
        let mut link = Link { seq, record, key_id: key.id().to_owned(), previous, hash: Hash::NONE };
        link.hash = key.hash(&link.message(chain, seq));
        previous = link.hash;
        link
    };
    records.into_iter().map(link).collect()
}

/// What is hashed: each field says whether it is there and how long it is, so that no two lists of fields
/// are the same bytes.
struct Message(Vec<u8>);

impl Message {
    fn new(kind: &str) -> Self {
        let mut message = Self(Vec::with_capacity(512));
        message.field(kind.as_bytes());
        message
    }

    fn field(&mut self, bytes: &[u8]) {
        self.0.push(1);
        self.0.extend((bytes.len() as u64).to_be_bytes());
        self.0.extend(bytes);
    }

    fn optional(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.field(bytes),
            None => self.0.push(0),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::DateTime;

    use super::*;

    /// Mixes bytes, which is enough to tell messages apart.
    pub(in crate::audit) struct Toy(pub(in crate::audit) u64);

    impl ChainKey for Toy {
        fn id(&self) -> &str {
            if self.0 == 7 { "seven" } else { "other" }
        }

        fn hash(&self, message: &[u8]) -> Hash {
            let mut hash = Hash::NONE;
            for (n, byte) in message.iter().enumerate() {
                let lane = n % 4;
                let mut word = [0; 8];
                word.copy_from_slice(&hash.0[lane * 8..lane * 8 + 8]);
                let mixed = (u64::from_be_bytes(word) ^ u64::from(*byte) ^ self.0).wrapping_mul(0x0100_0000_01b3);
                hash.0[lane * 8..lane * 8 + 8].copy_from_slice(&mixed.rotate_left(9).to_be_bytes());
            }
            hash
        }

        fn hash_under(&self, id: &str, message: &[u8]) -> Option<Hash> {
            (id == self.id()).then(|| self.hash(message))
        }
    }

    pub(in crate::audit) fn chain() -> OrganizationId {
        Uuid::from_u128(0xa0).into()
    }

    pub(in crate::audit) fn record(n: u128) -> Record {
        Record {
            id: Uuid::from_u128(n).into(),
            at: DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap(),
            actor_type: "user".into(),
            user_id: Uuid::from_u128(1).into(),
            session_id: Some(Uuid::from_u128(2).into()),
            api_key_id: None,
            action: "warehouse.update".into(),
            resource_type: "warehouse".into(),
            resource_id: Uuid::from_u128(3),
            before: Some(r#"{"name":"North"}"#.into()),
            after: Some(r#"{"name":"South"}"#.into()),
            ip_address: Some("192.0.2.7".into()),
            user_agent: None,
            trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
        }
    }

    #[test]
    fn a_hash_is_read_from_its_own_hex_alone() {
        let hash = Hash([0xa7; 32]);
        assert_eq!(Hash::of_hex(&hash.to_string()), Some(hash));
        for text in ["", "a7", &"A7".repeat(32), &"a7".repeat(33), &"+7".repeat(32), &"é7".repeat(32)] {
            assert_eq!(Hash::of_hex(text), None, "{text}");
        }
    }

    #[test]
    fn links_are_numbered_and_each_names_the_one_before() {
        let first = extend(&Toy(7), chain(), None, [record(1), record(2)]);
        assert_eq!(first.iter().map(|link| link.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((first[0].previous, first[1].previous), (Hash::NONE, first[0].hash));
        let head = Head::after(&Toy(7), chain(), &first[1]);
        assert!(head.is_sealed(&Toy(7), chain()));
        let next = extend(&Toy(7), chain(), Some(&head), [record(3)]);
        assert_eq!((next[0].seq, next[0].previous), (3, first[1].hash));
    }

    #[test]
    fn every_field_its_number_its_chain_and_its_key_are_sealed() {
        let link = extend(&Toy(7), chain(), None, [record(1)]).remove(0);
        assert!(link.is_sealed(&Toy(7), chain(), 1));
        assert!(!link.is_sealed(&Toy(8), chain(), 1));
        assert!(!link.is_sealed(&Toy(7), Uuid::from_u128(0xb0).into(), 1));
        assert!(!link.is_sealed(&Toy(7), chain(), 2));
        let edits: [fn(&mut Link); 16] = [
            |link| link.record.id = Uuid::from_u128(9).into(),
            |link| link.record.at += chrono::TimeDelta::microseconds(1),
            |link| link.record.actor_type = "system".into(),
            |link| link.record.user_id = Uuid::from_u128(9).into(),
            |link| link.record.session_id = None,
            |link| link.record.api_key_id = link.record.session_id.map(|id| id.as_uuid().into()),
            |link| link.record.action.push('d'),
            |link| link.record.resource_type.push('s'),
            |link| link.record.resource_id = Uuid::from_u128(9),
            |link| link.record.before = None,
            |link| link.record.after = Some(String::new()),
            |link| link.record.ip_address = None,
            |link| link.record.user_agent = Some(String::new()),
            |link| link.record.trace_id.clear(),
            |link| link.key_id.push('!'),
            |link| link.previous.0[31] ^= 1,
        ];
        for (n, edit) in edits.into_iter().enumerate() {
            let mut edited = link.clone();
            edit(&mut edited);
            assert!(!edited.is_sealed(&Toy(7), chain(), 1), "edit {n}");
        }
    }

    #[test]
    fn a_text_does_not_pass_into_the_next_field() {
        let (mut one, mut other) = (record(1), record(1));
        (one.action, one.resource_type) = ("a".into(), "bc".into());
        (other.action, other.resource_type) = ("ab".into(), "c".into());
        let seal = |record| extend(&Toy(7), chain(), None, [record]).remove(0).hash;
        assert_ne!(seal(one), seal(other));
    }

    #[test]
    fn a_head_is_sealed_for_its_chain_its_number_and_its_hash() {
        let links = extend(&Toy(7), chain(), None, [record(1)]);
        let head = Head::after(&Toy(7), chain(), &links[0]);
        assert!(!head.is_sealed(&Toy(8), chain()));
        assert!(!head.is_sealed(&Toy(7), Uuid::from_u128(0xb0).into()));
        assert!(!Head { seq: 2, ..head.clone() }.is_sealed(&Toy(7), chain()));
        assert!(!Head { hash: Hash::NONE, ..head }.is_sealed(&Toy(7), chain()));
    }
}

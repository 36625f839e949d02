//! Where a chain ended at some moment, kept in the chain of the platform: so that a tail which is cut is missed even
//! when the end of the chain is put back to what it was before.

use serde_json::{Value, json};

use super::chain::{ChainKey, Hash, Head, Link};
use super::ports::PLATFORM;

/// The action of an entry that holds one; its thing is the chain.
pub const CHECKPOINT: &str = "audit.checkpoint";
/// The kind of thing that a chain is.
pub const CHAIN: &str = "audit_chain";

/// A link that a chain had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its number.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
}

impl Checkpoint {
    /// As it stands in an entry.
    pub fn picture(&self) -> Value {
        json!({"seq": self.seq, "hash": self.hash.to_string()})
    }

    /// The one that an entry of the platform's chain holds; none if the entry is not as it was sealed.
    pub fn of_link(key: &dyn ChainKey, link: &Link) -> Option<Self> {
        let picture: Value = serde_json::from_str(link.record.after.as_deref()?).ok()?;
        let checkpoint = Self { seq: picture["seq"].as_i64()?, hash: Hash::of_hex(picture["hash"].as_str()?)? };
        let is_one = link.record.action == CHECKPOINT && link.is_sealed(key, PLATFORM, link.seq);
        is_one.then_some(checkpoint)
    }
}

impl From<&Head> for Checkpoint {
    fn from(head: &Head) -> Self {
        Self { seq: head.seq, hash: head.hash }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain::extend;
    use super::super::chain::tests::{Toy, record};
    use super::*;

    #[test]
    fn a_checkpoint_is_read_from_an_entry_that_is_as_it_was_sealed() {
        let checkpoint = Checkpoint { seq: 7, hash: Hash([0xa7; 32]) };
        let mut entry = record(1);
        (entry.action, entry.after) = (CHECKPOINT.into(), Some(checkpoint.picture().to_string()));
        let link = extend(&Toy(7), PLATFORM, None, [entry]).remove(0);
        assert_eq!(Checkpoint::of_link(&Toy(7), &link), Some(checkpoint));
        let mut edited = link.clone();
        edited.record.after = Some(Checkpoint { seq: 6, ..checkpoint }.picture().to_string());
        assert_eq!(Checkpoint::of_link(&Toy(7), &edited), None);
        assert_eq!(Checkpoint::of_link(&Toy(8), &link), None);
        let mut other = record(1);
        other.after = Some(checkpoint.picture().to_string());
        let other = extend(&Toy(7), PLATFORM, None, [other]).remove(0);
        assert_eq!(Checkpoint::of_link(&Toy(7), &other), None);
    }
}

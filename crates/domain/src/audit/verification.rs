//! Whether a chain is as it was sealed, and where and how it is not.

use super::chain::{ChainKey, Hash, Head, Link};
use super::checkpoint::Checkpoint;
use crate::kernel::ids::OrganizationId;

/// What was done to a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The entry has been changed.
    Edited,
    /// The entry was not sealed here.
    Inserted,
    /// The entry that belongs here is gone.
    Deleted,
    /// The entry belongs elsewhere in the chain, and the one that belongs here stands elsewhere.
    Reordered,
    /// The last entries are gone, from this one on.
    TailCut,
    /// The record of where the chain ends is gone or has been changed; this is the last entry there is.
    EndEdited,
    /// The entry, or the end behind it, was sealed by another key than this installation's.
    UnknownKey,
}

impl Problem {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Inserted => "inserted",
            Self::Deleted => "deleted",
            Self::Reordered => "reordered",
            Self::TailCut => "tail_cut",
            Self::EndEdited => "end_edited",
            Self::UnknownKey => "unknown_key",
        }
    }
}

/// Where a chain breaks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    /// Number of the first entry that is not as it was sealed.
    pub seq: i64,
    /// What was done there.
    pub problem: Problem,
}

/// What verifying a chain came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that were read.
    pub entries: u64,
    /// Where it breaks first; nowhere if it holds.
    pub broken: Option<Break>,
}

/// A chain on its way past: give it every link in the order of their numbers, then the end.
pub struct Verification<'k> {
    key: &'k dyn ChainKey,
    chain: OrganizationId,
    entries: u64,
    /// The number that the next link must have.
    seq: i64,
    previous: Hash,
    last: i64,
    suspect: Option<Suspect>,
    checkpoint: Option<Checkpoint>,
    /// A number under which the chain had another link before.
    replaced: Option<i64>,
}

/// The first link that does not fit.
struct Suspect {
    link: Link,
    /// Whether the one that belongs in its place was found, there or later.
    has_original: bool,
}

impl<'k> Verification<'k> {
    /// At the beginning of this chain.
    pub fn new(key: &'k dyn ChainKey, chain: OrganizationId) -> Self {
        Self {
            key,
            chain,
            entries: 0,
            seq: 1,
            previous: Hash::NONE,
            last: 0,
            suspect: None,
            checkpoint: None,
            replaced: None,
        }
    }

    /// The same chain, of which it is known that it had this link.
    #[must_use]
    pub fn knowing(self, checkpoint: Option<Checkpoint>) -> Self {
        Self { checkpoint, ..self }
    }

    /// Looks at the next link.
    pub fn feed(&mut self, link: Link) {
        self.entries += 1;
        self.last = link.seq;
        let belongs_here = link.previous == self.previous && link.is_sealed(self.key, self.chain, self.seq);
        match &mut self.suspect {
            Some(suspect) => suspect.has_original |= belongs_here,
            None if belongs_here && link.seq == self.seq => {
                if self.checkpoint.is_some_and(|known| known.seq == link.seq && known.hash != link.hash) {
                    self.replaced = Some(link.seq);
                }
                self.seq += 1;
                self.previous = link.hash;
            }
            None => self.suspect = Some(Suspect { link, has_original: belongs_here }),
        }
    }

    /// Looks at the end, which must have been read together with the links.
    pub fn finish(self, head: Option<&Head>) -> Verdict {
        let broken = match &self.suspect {
            Some(suspect) => Some(Break { seq: self.seq.min(suspect.link.seq), problem: self.judge(suspect, head) }),
            None => self.judge_end(head).or_else(|| self.judge_past()),
        };
        Verdict { entries: self.entries, broken }
    }

    fn judge(&self, Suspect { link, has_original }: &Suspect, head: Option<&Head>) -> Problem {
        if !self.knows(&link.key_id) {
            return Problem::UnknownKey;
        }
        if link.seq != self.seq {
            return match (link.seq < self.seq, has_original) {
                (true, _) => Problem::Inserted,
                (false, true) => Problem::Reordered,
                (false, false) => Problem::Deleted,
            };
        }
        match (has_original, self.belongs_later(link, head)) {
            (true, true) => Problem::Reordered,
            (true, false) => Problem::Inserted,
            (false, true) => Problem::Deleted,
            (false, false) if self.is_behind(head) => Problem::Inserted,
            (false, false) => Problem::Edited,
        }
    }

    fn knows(&self, key_id: &str) -> bool {
        self.key.hash_under(key_id, &[]).is_some()
    }

    /// Whether it was sealed under a greater number. All of them are tried, once, for the first link
    /// that does not fit.
    fn belongs_later(&self, link: &Link, head: Option<&Head>) -> bool {
        let end = head.map_or(self.last, |head| head.seq.max(self.last));
        // A head that was changed may name any number.
        let end = end.min(self.last.saturating_add(SEARCHED_BEHIND));
        (self.seq + 1..=end).any(|seq| link.is_sealed(self.key, self.chain, seq))
    }

    /// Whether everything up to the end of the chain was there before.
    fn is_behind(&self, head: Option<&Head>) -> bool {
        let end = head.filter(|head| head.is_sealed(self.key, self.chain));
        end.is_some_and(|end| end.seq < self.seq)
    }

    /// What the chain had and has no more, though what it has holds.
    fn judge_past(&self) -> Option<Break> {
        let cut = self.checkpoint.filter(|known| known.seq >= self.seq);
        let cut = cut.map(|_| Break { seq: self.seq, problem: Problem::TailCut });
        cut.or_else(|| self.replaced.map(|seq| Break { seq, problem: Problem::Deleted }))
    }

    fn judge_end(&self, head: Option<&Head>) -> Option<Break> {
        let last = self.seq - 1;
        let (seq, problem) = match head {
            None if last == 0 => return None,
            None => (last, Problem::EndEdited),
            Some(head) if !self.knows(&head.key_id) => (last, Problem::UnknownKey),
            Some(head) if !head.is_sealed(self.key, self.chain) => (last, Problem::EndEdited),
            Some(head) if head.seq > last => (self.seq, Problem::TailCut),
            Some(head) if head.seq < last => (head.seq + 1, Problem::Inserted),
            Some(head) if head.hash != self.previous => (last, Problem::EndEdited),
            Some(_) => return None,
        };
        Some(Break { seq, problem })
    }
}

/// How far behind the last entry that is there an entry is looked for that was deleted.
const SEARCHED_BEHIND: i64 = 100_000;

#[cfg(test)]
mod tests {
    use super::super::chain::extend;
    use super::super::chain::tests::{Toy, chain, record};
    use super::*;

    fn sealed(count: u128) -> (Vec<Link>, Head) {
        let links = extend(&Toy(7), chain(), None, (1..=count).map(record));
        let head = Head::after(&Toy(7), chain(), links.last().unwrap());
        (links, head)
    }

    fn verdict(links: &[Link], head: Option<&Head>) -> Verdict {
        let mut sorted = links.to_vec();
        sorted.sort_by_key(|link| link.seq);
        let mut verification = Verification::new(&Toy(7), chain());
        for link in sorted {
            verification.feed(link);
        }
        verification.finish(head)
    }

    #[track_caller]
    fn breaks(links: &[Link], head: &Head, seq: i64, problem: Problem) {
        let expected = Verdict { entries: links.len() as u64, broken: Some(Break { seq, problem }) };
        assert_eq!(verdict(links, Some(head)), expected);
    }

    #[test]
    fn a_chain_as_it_was_sealed_holds() {
        let (links, head) = sealed(5);
        assert_eq!(verdict(&links, Some(&head)), Verdict { entries: 5, broken: None });
        assert_eq!(verdict(&[], None), Verdict { entries: 0, broken: None });
    }

    #[test]
    fn an_edited_entry_is_found_wherever_it_stands() {
        for n in 0..5 {
            let (mut links, head) = sealed(5);
            links[n].record.action = "warehouse.nothing".into();
            breaks(&links, &head, links[n].seq, Problem::Edited);
            let (mut links, head) = sealed(5);
            links[n].previous = Hash([9; 32]);
            breaks(&links, &head, links[n].seq, Problem::Edited);
        }
    }

    #[test]
    fn an_entry_sealed_anew_without_the_key_is_found() {
        let (mut links, head) = sealed(3);
        links[1].record.action = "warehouse.nothing".into();
        let mut forged = extend(&Toy(8), chain(), None, [links[1].record.clone()]).remove(0);
        (forged.seq, forged.previous, forged.key_id) = (2, links[0].hash, "seven".into());
        links[1] = forged;
        breaks(&links, &head, 2, Problem::Edited);
    }

    #[test]
    fn a_deleted_entry_is_found_with_its_gap_and_without() {
        for n in 0..4 {
            let (mut links, head) = sealed(5);
            let gone = links.remove(n).seq;
            breaks(&links, &head, gone, Problem::Deleted);
            links[n..].iter_mut().for_each(|link| link.seq -= 1);
            breaks(&links, &head, gone, Problem::Deleted);
        }
    }

    #[test]
    fn an_inserted_entry_is_found_before_others_and_behind_the_end() {
        for n in 0..=5_usize {
            let (mut links, head) = sealed(5);
            let previous = n.checked_sub(1).map_or(Hash::NONE, |before| links[before].hash);
            links[n..].iter_mut().for_each(|link| link.seq += 1);
            let mut forged = extend(&Toy(8), chain(), None, [record(99)]).remove(0);
            (forged.seq, forged.previous, forged.key_id) = (i64::try_from(n).unwrap() + 1, previous, "seven".into());
            links.insert(n, forged);
            breaks(&links, &head, i64::try_from(n).unwrap() + 1, Problem::Inserted);
        }
        let (mut links, head) = sealed(2);
        let mut forged = links[0].clone();
        forged.seq = 0;
        links.insert(0, forged);
        breaks(&links, &head, 0, Problem::Inserted);
    }

    #[test]
    fn a_copy_of_an_entry_is_an_inserted_one() {
        let (mut links, head) = sealed(3);
        links[1..].iter_mut().for_each(|link| link.seq += 1);
        let copy = Link { seq: 2, ..links[0].clone() };
        links.insert(1, copy);
        breaks(&links, &head, 2, Problem::Inserted);
    }

    #[test]
    fn entries_that_have_changed_places_are_found() {
        for (one, other) in [(0, 1), (1, 3), (0, 4), (3, 4)] {
            let (mut links, head) = sealed(5);
            let seq = links[one].seq;
            links[one].seq = links[other].seq;
            links[other].seq = seq;
            breaks(&links, &head, seq, Problem::Reordered);
        }
        let (mut links, head) = sealed(3);
        links[1].seq = 9;
        breaks(&links, &head, 2, Problem::Reordered);
    }

    #[test]
    fn a_tail_that_was_cut_is_found() {
        for left in 0..5 {
            let (mut links, head) = sealed(5);
            links.truncate(left);
            breaks(&links, &head, i64::try_from(left).unwrap() + 1, Problem::TailCut);
        }
    }

    #[test]
    fn a_tail_is_missed_that_was_cut_when_the_end_is_put_back_too() {
        let (links, head) = sealed(5);
        let past = |seq: usize, links: &[Link], head: &Head| {
            let known = Checkpoint { seq: links_of(9)[seq - 1].seq, hash: links_of(9)[seq - 1].hash };
            let mut verification = Verification::new(&Toy(7), chain()).knowing(Some(known));
            for link in links {
                verification.feed(link.clone());
            }
            verification.finish(Some(head)).broken
        };
        assert_eq!(past(5, &links, &head), None);
        assert_eq!(past(3, &links, &head), None);
        assert_eq!(past(6, &links, &head), Some(Break { seq: 6, problem: Problem::TailCut }));
        let mut other = links[..2].to_vec();
        let cut = Head::after(&Toy(7), chain(), &links[1]);
        other.extend(extend(&Toy(7), chain(), Some(&cut), [record(33), record(34)]));
        let end = Head::after(&Toy(7), chain(), &other[3]);
        assert_eq!(past(3, &other, &end), Some(Break { seq: 3, problem: Problem::Deleted }));
        assert_eq!(past(5, &other, &end), Some(Break { seq: 5, problem: Problem::TailCut }));
    }

    fn links_of(count: u128) -> Vec<Link> {
        sealed(count).0
    }

    #[test]
    fn an_end_that_was_changed_or_is_gone_is_found() {
        let (links, head) = sealed(5);
        for changed in [Head { seq: 4, ..head.clone() }, Head { hash: Hash([9; 32]), ..head.clone() }] {
            breaks(&links, &changed, 5, Problem::EndEdited);
        }
        let expected = Verdict { entries: 5, broken: Some(Break { seq: 5, problem: Problem::EndEdited }) };
        assert_eq!(verdict(&links, None), expected);
        breaks(&links[..3], &Head { seq: 3, ..head.clone() }, 3, Problem::EndEdited);
        breaks(&links, &sealed(4).1, 5, Problem::Inserted);
    }

    #[test]
    fn what_another_key_has_sealed_is_said_to_be_so() {
        let links = extend(&Toy(8), chain(), None, [record(1), record(2)]);
        let head = Head::after(&Toy(8), chain(), &links[1]);
        breaks(&links, &head, 1, Problem::UnknownKey);
    }
}

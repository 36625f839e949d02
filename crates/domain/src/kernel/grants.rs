//! What roles give: permissions, for everything there is or for some things alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::permission::Permission;
use super::rank::Rank;
use super::sources::Timestamp;

/// A kind of things that a role can be limited to, such as `warehouse`. Contexts have theirs; the kernel knows none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScopeKind(pub &'static str);

/// The things of an organization that somebody reaches with a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataScope(Reach);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Everything,
    Only(Arc<BTreeMap<String, BTreeSet<Uuid>>>),
}

impl DataScope {
    /// All there is.
    pub const EVERYTHING: Self = Self(Reach::Everything);

    /// Nothing at all.
    pub fn nothing() -> Self {
        Self(Reach::Only(Arc::default()))
    }

    /// These things of one kind.
    pub fn only(kind: &str, ids: impl IntoIterator<Item = Uuid>) -> Self {
        Self(Reach::Only(Arc::new(BTreeMap::from([(kind.to_owned(), ids.into_iter().collect())]))))
    }

    /// Whether nothing is out of reach.
    pub fn is_everything(&self) -> bool {
        self.0 == Reach::Everything
    }

    /// The only things of this kind within reach, in the order of their ids; `None` if all of them are.
    pub fn ids(&self, kind: ScopeKind) -> Option<Vec<Uuid>> {
        match &self.0 {
            Reach::Everything => None,
            Reach::Only(things) => Some(things.get(kind.0).into_iter().flatten().copied().collect()),
        }
    }

    /// The only things within reach, by kind; `None` if all of them are.
    pub fn things(&self) -> Option<&BTreeMap<String, BTreeSet<Uuid>>> {
        match &self.0 {
            Reach::Everything => None,
            Reach::Only(things) => Some(things),
        }
    }

    /// Whether this thing is within reach.
    pub fn admits(&self, kind: ScopeKind, id: Uuid) -> bool {
        match &self.0 {
            Reach::Everything => true,
            Reach::Only(things) => things.get(kind.0).is_some_and(|ids| ids.contains(&id)),
        }
    }

    /// What either of two reaches.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        match (self.0, &other.0) {
            (Reach::Only(mut ours), Reach::Only(theirs)) => {
                let things = Arc::make_mut(&mut ours);
                for (kind, ids) in theirs.iter() {
                    things.entry(kind.clone()).or_default().extend(ids);
                }
                Self(Reach::Only(ours))
            }
            _ => Self::EVERYTHING,
        }
    }
}

/// What a person, or a program, has in one organization beyond their rank, and what nobody has there.
///
/// Grants add up: a limit narrows what is given with it and nothing else. A limited grant gives no permission of the
/// kernel, which has no things to be limited to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants {
    given: Vec<Given>,
    switched_off: Vec<Permission>,
    first_end: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    permission: Permission,
    reach: DataScope,
    /// When the last grant of it ends that has no limit; never, or there is none such.
    ends: Option<Timestamp>,
}

impl Grants {
    /// Nothing given, and these permissions switched off in the organization.
    pub fn none(switched_off: Vec<Permission>) -> Self {
        Self { switched_off, ..Self::default() }
    }

    /// With these permissions, for what the scope reaches and until an instant, if it ends at all.
    #[must_use]
    pub fn with(
        mut self,
        permissions: impl IntoIterator<Item = Permission>,
        reach: &DataScope,
        ends: Option<Timestamp>,
    ) -> Self {
        self.first_end = self.first_end.into_iter().chain(ends).min();
        for permission in permissions {
            if permission.is_of_kernel() && !reach.is_everything() {
                continue;
            }
            let reach = reach.clone();
            match self.given.iter_mut().find(|given| given.permission == permission) {
                Some(given) => given.add(reach, ends),
                None => self.given.push(Given { permission, reach, ends }),
            }
        }
        self
    }

    /// Whether something in it has come to its end, so that it is to be worked out anew.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.first_end.is_some_and(|end| end <= now)
    }

    /// What is reached with a permission by roles; `None` without it.
    pub fn reach(&self, permission: Permission) -> Option<&DataScope> {
        self.find(permission).map(|given| &given.reach)
    }

    /// What somebody of this rank reaches with a permission, by it or by roles; `None` without it.
    pub fn reach_at(&self, rank: Rank, permission: Permission) -> Option<&DataScope> {
        static EVERYTHING: DataScope = DataScope::EVERYTHING;

        if self.is_switched_off(permission) {
            None
        } else if rank.permissions().contains(&permission) {
            Some(&EVERYTHING)
        } else {
            self.reach(permission)
        }
    }

    /// Whether a permission is given without limit until an instant at least, or for ever.
    pub fn lasts(&self, permission: Permission, until: Option<Timestamp>) -> bool {
        self.find(permission).is_some_and(|given| {
            given.reach.is_everything() && given.ends.is_none_or(|end| until.is_some_and(|until| until <= end))
        })
    }

    /// Whether nobody has this permission here.
    pub fn is_switched_off(&self, permission: Permission) -> bool {
        self.switched_off.contains(&permission)
    }

    fn find(&self, permission: Permission) -> Option<&Given> {
        self.given.iter().find(|given| given.permission == permission)
    }
}

impl Given {
    fn add(&mut self, reach: DataScope, ends: Option<Timestamp>) {
        match (self.reach.is_everything(), reach.is_everything()) {
            (true, true) => self.ends = self.ends.zip(ends).map(|(one, other)| one.max(other)),
            (true, false) => {}
            (false, true) => (self.reach, self.ends) = (reach, ends),
            (false, false) => self.reach = self.reach.clone().or(&reach),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::permission::{AUDIT_VIEW, USER_VIEW, WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use chrono::DateTime;

    const WAREHOUSE: ScopeKind = ScopeKind("warehouse");

    fn thing(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn only(ids: &[u128]) -> DataScope {
        DataScope::only("warehouse", ids.iter().copied().map(thing))
    }

    #[test]
    fn limits_add_up_and_no_limit_takes_them_in() {
        let both = only(&[1, 2]).or(&only(&[2, 3])).or(&DataScope::only("client", [thing(9)]));
        assert_eq!(both.ids(WAREHOUSE), Some(vec![thing(1), thing(2), thing(3)]));
        assert!(both.admits(ScopeKind("client"), thing(9)) && !both.admits(WAREHOUSE, thing(9)));
        assert!(both.clone().or(&DataScope::EVERYTHING).is_everything());
        assert!(DataScope::EVERYTHING.or(&both).is_everything());
    }

    #[test]
    fn of_another_kind_nothing_is_within_reach() {
        assert_eq!(only(&[1]).ids(ScopeKind("client")), Some(vec![]));
        assert!(!DataScope::nothing().admits(WAREHOUSE, thing(1)) && !DataScope::nothing().is_everything());
        assert_eq!(DataScope::EVERYTHING.ids(WAREHOUSE), None);
    }

    fn at(seconds: i64) -> Option<Timestamp> {
        DateTime::from_timestamp(seconds, 0)
    }

    #[test]
    fn a_limit_narrows_its_own_grant_and_no_other() {
        let grants = Grants::default().with([WAREHOUSE_VIEW, WAREHOUSE_MANAGE], &only(&[1]), None);
        let grants =
            grants.with([WAREHOUSE_VIEW], &DataScope::EVERYTHING, None).with([WAREHOUSE_MANAGE], &only(&[2]), None);
        assert!(grants.reach(WAREHOUSE_VIEW).unwrap().is_everything());
        assert_eq!(grants.reach(WAREHOUSE_MANAGE), Some(&only(&[1, 2])));
    }

    #[test]
    fn a_limited_grant_gives_nothing_of_the_kernel() {
        let grants = Grants::default().with([AUDIT_VIEW, WAREHOUSE_VIEW], &only(&[1]), None);
        assert_eq!((grants.reach(AUDIT_VIEW), grants.reach(WAREHOUSE_VIEW)), (None, Some(&only(&[1]))));
    }

    #[test]
    fn rank_and_roles_add_up_and_what_is_switched_off_nobody_has() {
        let grants = Grants::none(vec![WAREHOUSE_MANAGE]).with([WAREHOUSE_VIEW, WAREHOUSE_MANAGE], &only(&[1]), None);
        assert_eq!(grants.reach_at(Rank::Member, USER_VIEW), Some(&DataScope::EVERYTHING));
        assert_eq!(grants.reach_at(Rank::Member, WAREHOUSE_VIEW), Some(&only(&[1])));
        assert_eq!(grants.reach_at(Rank::Admin, WAREHOUSE_VIEW), Some(&DataScope::EVERYTHING));
        assert_eq!(grants.reach_at(Rank::Member, AUDIT_VIEW), None);
        assert_eq!(grants.reach_at(Rank::Owner, WAREHOUSE_MANAGE), None);
    }

    #[test]
    fn they_are_over_at_the_first_end_in_them() {
        let all = &DataScope::EVERYTHING;
        let grants = Grants::default().with([WAREHOUSE_VIEW], all, at(20)).with([AUDIT_VIEW], all, None);
        let grants = grants.with([], all, at(10)).with([WAREHOUSE_MANAGE], all, at(30));
        assert!(!grants.is_over(at(9).unwrap()) && grants.is_over(at(10).unwrap()));
        assert!(!Grants::default().is_over(at(99).unwrap()));
    }

    #[test]
    fn a_permission_lasts_as_long_as_the_longest_grant_without_limit() {
        let all = &DataScope::EVERYTHING;
        let once = Grants::default().with([WAREHOUSE_VIEW], all, at(20));
        assert!(once.lasts(WAREHOUSE_VIEW, at(20)) && !once.lasts(WAREHOUSE_VIEW, at(21)));
        assert!(!once.lasts(WAREHOUSE_VIEW, None) && !once.lasts(AUDIT_VIEW, at(1)));
        let twice = once.clone().with([WAREHOUSE_VIEW], all, at(30)).with([WAREHOUSE_VIEW], &only(&[1]), None);
        assert!(twice.lasts(WAREHOUSE_VIEW, at(30)) && !twice.lasts(WAREHOUSE_VIEW, None));
        assert!(once.with([WAREHOUSE_VIEW], all, None).lasts(WAREHOUSE_VIEW, None));
        let limited = Grants::default().with([WAREHOUSE_VIEW], &only(&[1]), None);
        assert!(!limited.lasts(WAREHOUSE_VIEW, at(1)), "what is limited is not to be given on");
        assert!(limited.with([WAREHOUSE_VIEW], all, at(20)).lasts(WAREHOUSE_VIEW, at(20)));
    }
}

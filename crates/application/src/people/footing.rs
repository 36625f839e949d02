//! On what somebody acts who changes or asks for a person's status.

use stoa_domain::kernel::actor::{Actor, ControlScope, Forbidden, PlatformScope, TenantScope};
use stoa_domain::kernel::permission::Permission;
use stoa_domain::people::dto::Ground;

/// The proof of being entitled to it.
pub(super) enum Footing {
    /// Somebody with the permission, on memberships in the organization the token is for.
    Membership(TenantScope),
    /// An administrator of the platform, on accounts.
    Account(PlatformScope),
}

impl Footing {
    /// What is said decides. Where nothing is said it is the membership, but for a platform
    /// administrator whose token is for no organization.
    pub(super) fn of(actor: &Actor, said: Option<Ground>, permission: Permission) -> Result<Self, Forbidden> {
        let usual = if actor.platform_admin && actor.standing.is_none() { Ground::Account } else { Ground::Membership };
        match said.unwrap_or(usual) {
            Ground::Membership => Ok(Self::Membership(actor.authorize(permission)?)),
            Ground::Account => Ok(Self::Account(actor.authorize_platform()?)),
        }
    }

    pub(super) fn control(&self) -> ControlScope {
        match self {
            Self::Membership(scope) => scope.control(),
            Self::Account(scope) => scope.control(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{actor, home, platform_admin, program};
    use super::*;
    use stoa_domain::kernel::permission::USER_DISABLE;
    use stoa_domain::kernel::rank::Rank;

    fn footing(actor: &Actor, said: Option<Ground>) -> Result<ControlScope, Forbidden> {
        Footing::of(actor, said, USER_DISABLE).map(|footing| footing.control())
    }

    #[test]
    fn an_organizations_people_act_on_memberships_and_the_platforms_on_accounts() {
        let admin = actor(Rank::Admin);
        for said in [None, Some(Ground::Membership)] {
            assert_eq!(footing(&admin, said), Ok(admin.control()));
        }
        for said in [None, Some(Ground::Account)] {
            assert_eq!(footing(&platform_admin(), said).unwrap().organization(), None);
        }
    }

    #[test]
    fn a_platform_administrator_who_works_in_an_organization_says_what_is_meant() {
        let both = Actor { platform_admin: true, ..actor(Rank::Owner) };
        assert_eq!(footing(&both, None).unwrap().organization(), Some(home()));
        assert_eq!(footing(&both, Some(Ground::Account)).unwrap().organization(), None);
    }

    #[test]
    fn without_the_permission_or_the_role_there_is_none() {
        let program = Actor { platform_admin: true, ..program(Rank::Admin, &[USER_DISABLE]) };
        for (actor, said) in [
            (actor(Rank::Member), None),
            (actor(Rank::Owner), Some(Ground::Account)),
            (platform_admin(), Some(Ground::Membership)),
            (program, Some(Ground::Account)),
        ] {
            assert_eq!(footing(&actor, said), Err(Forbidden));
        }
    }
}

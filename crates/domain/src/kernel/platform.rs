//! The applications a person may come from, and the roles they may have on the platform itself.

use std::fmt;

use serde::Serialize;

use uuid::Uuid;

use super::field::{Flaw, Parsed};
use super::ids::RoleId;

macro_rules! platforms {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// An application of the platform. Upper case in JSON; case does not matter on the way in.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Platform {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Platform {
            /// Every platform.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As it stands in JSON and in the store.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

platforms! {
    /// Not applicable.
    Na = "NA";
    /// Any web application.
    Web = "WEB";
    /// Any mobile application.
    Mobile = "MOBILE";
    /// Programs that call the API.
    Api = "API";
    /// The business application, in short.
    #[default]
    Business = "BUSINESS";
    /// The rewards application, in short.
    Rewards = "REWARDS";
    /// The business application.
    GeppBusinessWeb = "GEPP_BUSINESS_WEB";
    /// The rewards application.
    GeppRewardApp = "GEPP_REWARD_APP";
    /// The administration of the platform.
    AdminWeb = "ADMIN_WEB";
    /// The application for extended producer responsibility.
    GeppEprWeb = "GEPP_EPR_WEB";
}

impl Parsed for Platform {
    fn parse(text: &str) -> Result<Self, Flaw> {
        const MESSAGE: &str = "must be NA, WEB, MOBILE, API, BUSINESS, REWARDS, GEPP_BUSINESS_WEB, GEPP_REWARD_APP, \
                               ADMIN_WEB or GEPP_EPR_WEB";
        let known = Self::ALL.iter().find(|platform| platform.as_str().eq_ignore_ascii_case(text));
        known.copied().ok_or(Flaw { code: "choice", message: MESSAGE })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a person is on the platform itself, besides the ranks in organizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformRole {
    /// On [`Platform::AdminWeb`]: a platform administrator.
    Admin,
}

impl PlatformRole {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
        }
    }

    /// The role that is stored so.
    pub fn from_store(text: &str) -> Option<Self> {
        [Self::Admin].into_iter().find(|role| role.as_str() == text)
    }

    /// Its id on a platform, in every database.
    pub fn id(self, platform: Platform) -> RoleId {
        const IDS: u128 = 0x5701_a000_0000_8000_8001_0000_0000_0000;

        let role: u128 = match self {
            Self::Admin => 1,
        };
        Uuid::from_u128(IDS + ((platform as u128) << 8) + role).into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn case_does_not_matter_and_what_comes_out_is_upper_case() {
        for platform in Platform::ALL {
            assert_eq!(Platform::parse(&platform.as_str().to_lowercase()), Ok(*platform));
            assert_eq!(serde_json::to_value(platform).unwrap(), platform.as_str());
        }
        assert_eq!(Platform::ALL.len(), 10);
        assert_eq!(Platform::default(), Platform::Business);
    }

    #[test]
    fn a_role_on_a_platform_has_an_id_that_is_its_own() {
        let ids: BTreeSet<_> = Platform::ALL.iter().map(|platform| PlatformRole::Admin.id(*platform)).collect();
        assert_eq!(ids.len(), Platform::ALL.len());
        let admin = PlatformRole::Admin.id(Platform::AdminWeb).to_string();
        assert_eq!(admin, "5701a000-0000-8000-8001-000000000801");
        assert_eq!(PlatformRole::from_store("admin"), Some(PlatformRole::Admin));
        assert_eq!(PlatformRole::from_store("owner"), None);
    }

    #[test]
    fn what_is_no_platform_is_refused_with_all_that_are() {
        for text in ["", "TV", " WEB", "business_web"] {
            let flaw = Platform::parse(text).unwrap_err();
            assert_eq!(flaw.code, "choice", "{text}");
            assert!(Platform::ALL.iter().all(|platform| flaw.message.contains(platform.as_str())));
        }
    }
}

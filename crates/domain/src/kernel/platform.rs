//! The applications a person may come from, and the roles they may have on the platform itself.

use std::fmt;

use serde::Serialize;

use super::field::{Flaw, Parsed};

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
}

#[cfg(test)]
mod tests {
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
    fn what_is_no_platform_is_refused_with_all_that_are() {
        for text in ["", "TV", " WEB", "business_web"] {
            let flaw = Platform::parse(text).unwrap_err();
            assert_eq!(flaw.code, "choice", "{text}");
            assert!(Platform::ALL.iter().all(|platform| flaw.message.contains(platform.as_str())));
        }
    }
}

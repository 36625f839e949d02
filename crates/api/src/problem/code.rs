//! The closed table of error codes.

use actix_web::http::StatusCode;

macro_rules! codes {
    ($($name:ident = $status:ident, $code:literal, $message:literal;)*) => {
        /// A stable code of an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = $message] $name,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As it stands in `error_code`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The status it is answered with.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)*
                }
            }

            /// Its usual words.
            pub fn message(self) -> &'static str {
                match self {
                    $(Self::$name => $message,)*
                }
            }
        }
    };
}

codes! {
    MalformedRequest = BAD_REQUEST, "MALFORMED_REQUEST", "The request cannot be read";
    Unauthorized = UNAUTHORIZED, "UNAUTHORIZED", "Sign in to do this";
    InvalidCredentials = UNAUTHORIZED, "INVALID_CREDENTIALS", "The e-mail address or the password is wrong";
    InvalidToken = UNAUTHORIZED, "INVALID_TOKEN", "The token is not valid";
    UnknownIdentity = UNAUTHORIZED, "UNKNOWN_IDENTITY", "Nobody here has linked this identity: sign in another way and link it";
    InvalidCode = UNAUTHORIZED, "INVALID_CODE", "The code is wrong or was used before";
    Forbidden = FORBIDDEN, "FORBIDDEN", "You may not do this";
    InvitationForAnother = FORBIDDEN, "INVITATION_FOR_ANOTHER", "The invitation is for another e-mail address";
    MfaEnrolmentRequired = FORBIDDEN, "MFA_ENROLMENT_REQUIRED", "The organization asks for a second factor: set up an authenticator first";
    RegistrationClosed = FORBIDDEN, "REGISTRATION_CLOSED", "Registration is closed";
    OrganizationSuspended = FORBIDDEN, "ORGANIZATION_SUSPENDED", "The organization is suspended";
    AccountSuspended = FORBIDDEN, "ACCOUNT_SUSPENDED", "The account is suspended, switched off or archived";
    ResourceNotFound = NOT_FOUND, "RESOURCE_NOT_FOUND", "There is no such resource";
    MethodNotAllowed = METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "The resource does not know this method";
    DuplicateEmail = CONFLICT, "DUPLICATE_EMAIL", "Somebody is registered under this e-mail address";
    DuplicateMember = CONFLICT, "DUPLICATE_MEMBER", "The person is a member already";
    DuplicateAdmin = CONFLICT, "DUPLICATE_ADMIN", "The member is an admin already, or the owner";
    DuplicateInvitation = CONFLICT, "DUPLICATE_INVITATION", "An invitation for this e-mail address or telephone number is pending";
    DuplicateWarehouse = CONFLICT, "DUPLICATE_WAREHOUSE", "The organization has a warehouse with this code";
    DuplicateRole = CONFLICT, "DUPLICATE_ROLE", "A role of the organization or a built-in one has this key";
    DuplicateAssignment = CONFLICT, "DUPLICATE_ASSIGNMENT", "The person has this role already, for the same things and until the same time";
    BuiltInRole = CONFLICT, "BUILT_IN_ROLE", "The role came with Stoa: copy it, and change the copy";
    RoleCycle = CONFLICT, "ROLE_CYCLE", "The role would include itself by way of others";
    RoleDepth = CONFLICT, "ROLE_DEPTH", "The roles would include each other more than eight deep";
    ExclusiveRoles = CONFLICT, "EXCLUSIVE_ROLES", "Somebody would have two roles that exclude each other";
    RoleInUse = CONFLICT, "ROLE_IN_USE", "Somebody has the role, newcomers are given it, or another role names it";
    InvitationEnded = CONFLICT, "INVITATION_ENDED", "The invitation was accepted or revoked";
    SignInFirst = CONFLICT, "SIGN_IN_FIRST", "This e-mail address has an account: sign in and accept again";
    DuplicateSecondFactor = CONFLICT, "DUPLICATE_SECOND_FACTOR", "There is an authenticator already";
    DuplicateIdentity = CONFLICT, "DUPLICATE_IDENTITY", "Somebody else has linked this identity";
    LastOwner = CONFLICT, "LAST_OWNER", "The owner cannot go: ownership is transferred first";
    StateConflict = CONFLICT, "STATE_CONFLICT", "It is in that state already, or in one that does not allow this";
    LastAdmin = CONFLICT, "LAST_ADMIN", "The organization would be left without an active admin or owner";
    VersionConflict = CONFLICT, "VERSION_CONFLICT", "The resource has changed since you read it";
    PayloadTooLarge = PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "The body is larger than 1 MiB";
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", "The body has another content type than this call reads";
    ValidationError = UNPROCESSABLE_ENTITY, "VALIDATION_ERROR", "Some fields are not valid";
    TooManyAttempts = TOO_MANY_REQUESTS, "TOO_MANY_ATTEMPTS", "There were too many wrong attempts; try again later";
    InternalError = INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Something went wrong on our side";
    ProviderUnavailable = BAD_GATEWAY, "PROVIDER_UNAVAILABLE", "The identity provider is away, or answers what cannot be used; try again";
    ServiceUnavailable = SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", "Stoa is busy or its database is away; try again";
}

impl ErrorCode {
    /// The code as a URI, for `type`.
    pub fn urn(self) -> String {
        format!("urn:stoa:error:{}", self.as_str().to_lowercase().replace('_', "-"))
    }

    /// The code for a failure that did not come from Stoa's own code but from the server under it.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthorized,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::ResourceNotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::SERVICE_UNAVAILABLE => Self::ServiceUnavailable,
            status if status.is_client_error() => Self::MalformedRequest,
            _ => Self::InternalError,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_one_word_of_its_own_and_an_error() {
        let words: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert!(code.as_str().chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{code:?}");
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code:?}");
            assert!(!code.message().ends_with('.'), "{code:?}");
        }
    }

    #[test]
    fn the_type_is_the_code_as_a_uri() {
        assert_eq!(ErrorCode::DuplicateWarehouse.urn(), "urn:stoa:error:duplicate-warehouse");
    }
}

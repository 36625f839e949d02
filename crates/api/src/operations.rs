//! Every operation of the API: who may call it, and which errors it has of its own.
//!
//! The table feeds the OpenAPI document (`x-permission`, security, error answers) and the
//! authorisation matrix of the tests; the permissions in it are the constants that the use cases
//! check. A test fails on an operation that is missing here.

use stoa_application::access::{
    assign_role, change_access_settings, create_api_key, explain, get_access_settings, get_decision, get_role,
    list_api_keys, list_roles, list_user_roles, review_access, revoke_api_key, revoke_role, role_change,
    rotate_api_key, simulate_role,
};
use stoa_application::audit::{export_logs, get_resource_history, list_logs, verify_chain};
use stoa_application::cold_storage::{
    create_warehouse, delete_warehouse, get_warehouse, list_warehouses, restore_warehouse, update_warehouse,
};
use stoa_application::identity::unlock_user;
use stoa_application::invitations::{invite, list_invitations, resend_invitation, revoke_invitation};
use stoa_application::organizations::{
    add_member, change_business_profile, get_owner, list_admins, list_members, remove_member, update_organization,
};
use stoa_application::people::{
    change_status, change_statuses, get_history, get_profile_image, get_user, list_users, put_profile_image,
    remove_profile_image, update_profile,
};
use stoa_domain::kernel::permission::Permission;

use crate::problem::ErrorCode;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever is signed in: a person, never an API key.
    SignedIn,
    /// Whoever has the permission in the organization the token is for.
    Permission(Permission),
    /// Whoever has the permission in the organization the token is for, and administrators of the
    /// platform itself.
    PermissionOrPlatform(Permission),
    /// The owner of the organization the token is for.
    Owner,
    /// The owner of the organization the token is for, and administrators of the platform itself.
    OwnerOrPlatform,
    /// Administrators of the platform itself.
    Platform,
}

impl Access {
    /// Whether a program with an API key may have it.
    pub fn takes_keys(self) -> bool {
        matches!(self, Self::Permission(needed) | Self::PermissionOrPlatform(needed) if !needed.is_personal())
    }
}

/// An operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its `operationId`.
    pub id: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The codes it has beyond those that follow from its access, its body and its path.
    pub errors: &'static [ErrorCode],
}

const fn operation(id: &'static str, access: Access, errors: &'static [ErrorCode]) -> Operation {
    Operation { id, access, errors }
}

use Access::{Owner, OwnerOrPlatform, Permission as With, PermissionOrPlatform, Platform, Public, SignedIn};
use ErrorCode::{
    AccountSuspended, BuiltInRole, DuplicateAdmin, DuplicateAssignment, DuplicateEmail, DuplicateIdentity,
    DuplicateInvitation, DuplicateMember, DuplicateRole, DuplicateSecondFactor, DuplicateWarehouse, ExclusiveRoles,
    Forbidden, InvalidCode, InvalidCredentials, InvalidToken, InvitationEnded, InvitationForAnother, LastAdmin,
    LastOwner, MfaEnrolmentRequired, ProviderUnavailable, RegistrationClosed, ResourceNotFound, RoleCycle, RoleDepth,
    RoleInUse, SignInFirst, StateConflict, TooManyAttempts, Unauthorized, UnknownIdentity, VersionConflict,
};

const ACCEPT_INVITATION: &str = "accept_invitation";
const START_WITH_PROVIDER: &str = "start_with_provider";
const FINISH_WITH_PROVIDER: &str = "finish_with_provider";

/// The public operations that do another thing for whoever is signed in, and so want to know.
pub const HEED_CALLERS: &[&str] = &[ACCEPT_INVITATION, START_WITH_PROVIDER, FINISH_WITH_PROVIDER];

/// What a change of somebody's status may meet.
const STATUS: &[ErrorCode] = &[StateConflict, LastOwner, LastAdmin];

/// What a role may meet that is made.
const COMPOSITION: &[ErrorCode] = &[DuplicateRole, RoleCycle, RoleDepth, ExclusiveRoles];
/// What a role may meet that is changed.
const CHANGED_COMPOSITION: &[ErrorCode] = &[BuiltInRole, VersionConflict, RoleCycle, RoleDepth, ExclusiveRoles];

/// Every operation.
pub const OPERATIONS: &[Operation] = &[
    operation("health", Public, &[]),
    operation("ready", Public, &[]),
    operation("register", Public, &[RegistrationClosed, DuplicateEmail]),
    operation("list_registrations", Platform, &[]),
    operation("approve_registration", Platform, &[StateConflict, DuplicateEmail]),
    operation("reject_registration", Platform, &[StateConflict]),
    operation("token", Public, &[InvalidCredentials, AccountSuspended, TooManyAttempts]),
    operation("login", Public, &[InvalidCredentials, AccountSuspended, TooManyAttempts]),
    operation("refresh", Public, &[InvalidToken]),
    operation("forgot_password", Public, &[]),
    operation("reset_password", Public, &[InvalidToken]),
    operation("verify_email", Public, &[InvalidToken]),
    operation("send_verification", SignedIn, &[]),
    operation("key_set", Public, &[]),
    operation("logout", SignedIn, &[]),
    operation("logout_by_delete", SignedIn, &[]),
    operation("logout_all", SignedIn, &[]),
    operation("list_sessions", SignedIn, &[]),
    operation("end_session", SignedIn, &[]),
    operation("change_password", SignedIn, &[TooManyAttempts]),
    operation("change_password_of_user", SignedIn, &[TooManyAttempts]),
    operation("unlock_user", PermissionOrPlatform(unlock_user::PERMISSION), &[]),
    operation("enrol_totp", SignedIn, &[DuplicateSecondFactor]),
    operation("confirm_totp", SignedIn, &[ResourceNotFound, TooManyAttempts]),
    operation("remove_totp", SignedIn, &[ResourceNotFound, TooManyAttempts]),
    operation("verify_mfa", Public, &[InvalidToken, InvalidCode, TooManyAttempts]),
    operation("list_providers", Public, &[]),
    operation(START_WITH_PROVIDER, Public, &[Unauthorized, Forbidden, MfaEnrolmentRequired, ProviderUnavailable]),
    operation(
        FINISH_WITH_PROVIDER,
        Public,
        &[
            Unauthorized,
            Forbidden,
            MfaEnrolmentRequired,
            InvalidToken,
            UnknownIdentity,
            AccountSuspended,
            DuplicateIdentity,
            ProviderUnavailable,
        ],
    ),
    operation("list_identities", SignedIn, &[]),
    operation("remove_identity", SignedIn, &[]),
    operation("validate_presented_token", SignedIn, &[]),
    operation("validate_token", Public, &[]),
    operation("me", SignedIn, &[]),
    operation("switch_organization", SignedIn, &[ResourceNotFound]),
    operation("create_organization", SignedIn, &[]),
    operation("list_organizations", SignedIn, &[]),
    operation("get_organization", SignedIn, &[]),
    operation("update_organization", With(update_organization::PERMISSION), &[VersionConflict]),
    operation("get_business_profile", SignedIn, &[]),
    operation("replace_business_profile", With(change_business_profile::PERMISSION), &[VersionConflict]),
    operation("update_business_profile", With(change_business_profile::PERMISSION), &[VersionConflict]),
    operation("suspend_organization", Platform, &[StateConflict]),
    operation("reinstate_organization", Platform, &[StateConflict]),
    operation("archive_organization", OwnerOrPlatform, &[StateConflict]),
    operation("restore_organization", OwnerOrPlatform, &[StateConflict]),
    operation("list_members", With(list_members::PERMISSION), &[]),
    operation("add_member", With(add_member::PERMISSION), &[DuplicateMember, DuplicateInvitation]),
    operation("remove_member", With(remove_member::PERMISSION), &[LastOwner, LastAdmin]),
    operation("leave_organization", SignedIn, &[LastOwner, LastAdmin]),
    operation("list_admins", With(list_admins::PERMISSION), &[]),
    operation("grant_admin", Owner, &[DuplicateAdmin]),
    operation("revoke_admin", Owner, &[]),
    operation("get_owner", With(get_owner::PERMISSION), &[]),
    operation("transfer_ownership", Owner, &[]),
    operation("list_users", With(list_users::PERMISSION), &[]),
    operation("get_user", With(get_user::PERMISSION), &[]),
    operation("patch_profile", With(update_profile::PERMISSION), &[VersionConflict]),
    operation("put_profile", With(update_profile::PERMISSION), &[VersionConflict]),
    operation("activate_user", PermissionOrPlatform(change_status::PERMISSION), STATUS),
    operation("deactivate_user", PermissionOrPlatform(change_status::PERMISSION), STATUS),
    operation("suspend_user", PermissionOrPlatform(change_status::PERMISSION), STATUS),
    operation("reinstate_user", PermissionOrPlatform(change_status::PERMISSION), STATUS),
    operation("archive_user", PermissionOrPlatform(change_status::PERMISSION), STATUS),
    operation("restore_user", PermissionOrPlatform(change_status::PERMISSION), STATUS),
    operation("change_statuses", PermissionOrPlatform(change_statuses::PERMISSION), &[]),
    operation("get_user_history", PermissionOrPlatform(get_history::PERMISSION), &[]),
    operation("get_profile_image", With(get_profile_image::PERMISSION), &[]),
    operation("put_profile_image", With(put_profile_image::PERMISSION), &[]),
    operation("remove_profile_image", With(remove_profile_image::PERMISSION), &[]),
    operation("get_own_profile", SignedIn, &[]),
    operation("put_own_profile", SignedIn, &[VersionConflict]),
    operation("list_invitations", With(list_invitations::PERMISSION), &[]),
    operation("invite", With(invite::PERMISSION), &[DuplicateMember, DuplicateInvitation]),
    operation("resend_invitation", With(resend_invitation::PERMISSION), &[InvitationEnded, DuplicateInvitation]),
    operation("revoke_invitation", With(revoke_invitation::PERMISSION), &[InvitationEnded]),
    operation("find_invitation", Public, &[]),
    operation(
        ACCEPT_INVITATION,
        Public,
        &[
            RegistrationClosed,
            Unauthorized,
            Forbidden,
            MfaEnrolmentRequired,
            InvalidToken,
            SignInFirst,
            InvitationForAnother,
            DuplicateMember,
        ],
    ),
    operation("list_permissions", SignedIn, &[]),
    operation("list_roles", With(list_roles::PERMISSION), &[]),
    operation("create_role", With(role_change::PERMISSION), COMPOSITION),
    operation("get_role", With(get_role::PERMISSION), &[]),
    operation("update_role", With(role_change::PERMISSION), CHANGED_COMPOSITION),
    operation("delete_role", With(role_change::PERMISSION), &[BuiltInRole, RoleInUse, VersionConflict]),
    operation("replace_role_permissions", With(role_change::PERMISSION), CHANGED_COMPOSITION),
    operation("copy_role", With(role_change::PERMISSION), COMPOSITION),
    operation("list_user_roles", With(list_user_roles::PERMISSION), &[]),
    operation("assign_role", With(assign_role::PERMISSION), &[DuplicateAssignment, ExclusiveRoles]),
    operation("revoke_role", With(revoke_role::PERMISSION), &[]),
    operation("get_access_settings", With(get_access_settings::PERMISSION), &[]),
    operation("replace_access_settings", With(change_access_settings::PERMISSION), &[VersionConflict, ExclusiveRoles]),
    operation("simulate_role", With(simulate_role::PERMISSION), &[RoleCycle, RoleDepth]),
    operation("explain", With(explain::PERMISSION), &[ResourceNotFound]),
    operation("get_decision", With(get_decision::PERMISSION), &[]),
    operation("review_access", With(review_access::PERMISSION), &[]),
    operation("list_api_keys", With(list_api_keys::PERMISSION), &[]),
    operation("create_api_key", With(create_api_key::PERMISSION), &[]),
    operation("revoke_api_key", With(revoke_api_key::PERMISSION), &[]),
    operation("rotate_api_key", With(rotate_api_key::PERMISSION), &[VersionConflict]),
    operation("list_audit_logs", With(list_logs::PERMISSION), &[]),
    operation("export_audit_logs", With(export_logs::PERMISSION), &[]),
    operation("verify_audit", With(verify_chain::PERMISSION), &[]),
    operation("list_platform_audit_logs", Platform, &[]),
    operation("verify_platform_audit", Platform, &[]),
    operation("get_warehouse_history", With(get_resource_history::PERMISSION), &[]),
    operation("get_organization_history", With(get_resource_history::PERMISSION), &[]),
    operation("get_api_key_history", With(get_resource_history::PERMISSION), &[]),
    operation("get_role_history", With(get_resource_history::PERMISSION), &[]),
    operation("get_role_assignment_history", With(get_resource_history::PERMISSION), &[]),
    operation("get_user_audit_logs", With(get_resource_history::PERMISSION), &[]),
    operation("get_member_history", With(get_resource_history::PERMISSION), &[]),
    operation("get_session_history", With(get_resource_history::PERMISSION), &[]),
    operation("get_invitation_history", With(get_resource_history::PERMISSION), &[]),
    operation("get_registration_history", Platform, &[]),
    operation("create_warehouse", With(create_warehouse::PERMISSION), &[DuplicateWarehouse]),
    operation("list_warehouses", With(list_warehouses::PERMISSION), &[]),
    operation("get_warehouse", With(get_warehouse::PERMISSION), &[]),
    operation("update_warehouse", With(update_warehouse::PERMISSION), &[VersionConflict, DuplicateWarehouse]),
    operation("delete_warehouse", With(delete_warehouse::PERMISSION), &[VersionConflict]),
    operation("restore_warehouse", With(restore_warehouse::PERMISSION), &[VersionConflict, DuplicateWarehouse]),
];

/// What is open to somebody whose organization asks for a second factor that they have not set up.
pub const OPEN_TO_ENROLMENT: &[&str] = &[
    "enrol_totp",
    "confirm_totp",
    "me",
    "logout",
    "logout_by_delete",
    "logout_all",
    "switch_organization",
    "validate_presented_token",
];

/// The operation of this id.
pub fn find(id: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.id == id)
}

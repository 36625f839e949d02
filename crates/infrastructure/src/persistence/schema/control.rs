//! Control plane: people, organizations, who belongs where, sessions.

diesel::table! {
    use crate::persistence::sql_types::*;

    users (id) {
        id -> Uuid,
        email -> Text,
        platform -> Text,
        created_at -> Timestamptz,
        email_verified_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_profile (user_id) {
        user_id -> Uuid,
        name -> Text,
        updated_at -> Timestamptz,
        bio -> Nullable<Text>,
        avatar_file_id -> Nullable<Uuid>,
        locale -> Nullable<Text>,
        tz -> Nullable<Text>,
        search_text -> Text,
        version -> BigInt,
        phone -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_platform_roles (user_id, platform, role) {
        user_id -> Uuid,
        platform -> Text,
        role -> Text,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_login_password (user_id) {
        user_id -> Uuid,
        password_hash -> Text,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_external_identities (id) {
        id -> Uuid,
        user_id -> Uuid,
        provider -> Text,
        issuer -> Text,
        subject -> Text,
        email -> Nullable<Text>,
        linked_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    provider_starts (digest) {
        digest -> Binary,
        provider -> Text,
        sealed -> Binary,
        user_id -> Nullable<Uuid>,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_profile_images (user_id) {
        user_id -> Uuid,
        tag -> Uuid,
        content_type -> Text,
        size -> BigInt,
        bytes -> Binary,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_active_status (id) {
        id -> Uuid,
        user_id -> Uuid,
        organization_id -> Nullable<Uuid>,
        from_at -> Timestamptz,
        until_at -> Nullable<Timestamptz>,
        by_user_id -> Uuid,
        reason -> Text,
        ended_by -> Nullable<Uuid>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_suspensions (id) {
        id -> Uuid,
        user_id -> Uuid,
        organization_id -> Nullable<Uuid>,
        from_at -> Timestamptz,
        until_at -> Nullable<Timestamptz>,
        by_user_id -> Uuid,
        reason -> Text,
        ended_by -> Nullable<Uuid>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_archives (id) {
        id -> Uuid,
        user_id -> Uuid,
        organization_id -> Nullable<Uuid>,
        from_at -> Timestamptz,
        until_at -> Nullable<Timestamptz>,
        by_user_id -> Uuid,
        reason -> Text,
        ended_by -> Nullable<Uuid>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    /// A view: inactivity, suspensions and archives together, of which kind as one word.
    user_restraints (id) {
        id -> Uuid,
        user_id -> Uuid,
        organization_id -> Nullable<Uuid>,
        kind -> Text,
        from_at -> Timestamptz,
        until_at -> Nullable<Timestamptz>,
        by_user_id -> Uuid,
        reason -> Text,
        ended_by -> Nullable<Uuid>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    registrations (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        organization_name -> Text,
        platform -> Text,
        password_hash -> Nullable<Text>,
        status -> Text,
        requested_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Uuid>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organizations (id) {
        id -> Uuid,
        name -> Text,
        slug -> Text,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        mfa_policy -> Text,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_info (organization_id) {
        organization_id -> Uuid,
        account_type -> Text,
        legal_name -> Nullable<Text>,
        tax_id -> Nullable<Text>,
        business_type -> Nullable<Text>,
        business_industry -> Nullable<Text>,
        address -> Nullable<Text>,
        country -> Nullable<Text>,
        version -> BigInt,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_placements (organization_id) {
        organization_id -> Uuid,
        kind -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_members (organization_id, user_id) {
        organization_id -> Uuid,
        user_id -> Uuid,
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_admins (organization_id, user_id) {
        organization_id -> Uuid,
        user_id -> Uuid,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_owners (organization_id, owned_from) {
        organization_id -> Uuid,
        user_id -> Uuid,
        owned_from -> Timestamptz,
        owned_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    /// A view: a member's rank as one word.
    organization_standings (organization_id, user_id) {
        organization_id -> Uuid,
        user_id -> Uuid,
        joined_at -> Timestamptz,
        rank -> Text,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_suspensions (organization_id, suspended_from) {
        organization_id -> Uuid,
        suspended_from -> Timestamptz,
        suspended_by -> Uuid,
        reason -> Text,
        suspended_until -> Nullable<Timestamptz>,
        reinstated_by -> Nullable<Uuid>,
        reinstated_because -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_archives (organization_id, archived_from) {
        organization_id -> Uuid,
        archived_from -> Timestamptz,
        archived_by -> Uuid,
        reason -> Text,
        archived_until -> Nullable<Timestamptz>,
        restored_by -> Nullable<Uuid>,
        restored_because -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    /// A view: how an organization stands now, as one word.
    organization_active_status (organization_id) {
        organization_id -> Uuid,
        status -> Text,
        name -> Text,
        slug -> Text,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    wrong_guesses (digest) {
        digest -> Binary,
        failures -> BigInt,
        rests_until -> Nullable<Timestamptz>,
        forgotten_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_totp (user_id) {
        user_id -> Uuid,
        secret -> Binary,
        begun_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    user_recovery_codes (user_id, digest) {
        user_id -> Uuid,
        digest -> Binary,
        spent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    mfa_challenges (digest) {
        digest -> Binary,
        user_id -> Uuid,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        organization_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        ip_address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    refresh_tokens (digest) {
        digest -> Binary,
        session_id -> Uuid,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        spent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    api_keys (id) {
        id -> Uuid,
        organization_id -> Uuid,
        name -> Text,
        role -> Text,
        scope -> Nullable<Text>,
        allowed_addresses -> Nullable<Text>,
        prefix -> Text,
        digest -> Binary,
        created_by -> Uuid,
        created_at -> Timestamptz,
        rotated_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        last_used_ip -> Nullable<Text>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    one_time_tokens (digest) {
        digest -> Binary,
        purpose -> Text,
        user_id -> Uuid,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        spent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    invitations (id) {
        id -> Uuid,
        organization_id -> Uuid,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        role -> Text,
        profile -> Nullable<Text>,
        status -> Text,
        digest -> Binary,
        invited_by -> Uuid,
        created_at -> Timestamptz,
        sent_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    outbox_messages (id) {
        id -> Uuid,
        kind -> Text,
        payload -> Nullable<Text>,
        organization_id -> Nullable<Uuid>,
        state -> Text,
        attempts -> BigInt,
        due_at -> Timestamptz,
        claimed_by -> Nullable<Uuid>,
        locked_until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    control_audit_pending (id) {
        id -> Uuid,
        organization_id -> Nullable<Uuid>,
        at -> Timestamptz,
        actor_type -> Text,
        user_id -> Uuid,
        session_id -> Nullable<Uuid>,
        action -> Text,
        resource_type -> Text,
        resource_id -> Uuid,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        ip_address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        trace_id -> Text,
        api_key_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    permissions (code) {
        code -> Text,
        module -> Text,
        description -> Text,
        retired -> Bool,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    roles (id) {
        id -> Uuid,
        organization_id -> Nullable<Uuid>,
        key -> Text,
        name -> Text,
        description -> Nullable<Text>,
        copied_from -> Nullable<Uuid>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    role_permissions (role_id, permission) {
        role_id -> Uuid,
        permission -> Text,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    role_includes (role_id, included_id) {
        role_id -> Uuid,
        included_id -> Uuid,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    role_exclusions (role_id, excluded_id) {
        role_id -> Uuid,
        excluded_id -> Uuid,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    role_assignments (id) {
        id -> Uuid,
        organization_id -> Uuid,
        user_id -> Uuid,
        role_id -> Uuid,
        scope_kind -> Nullable<Text>,
        scope_ids -> Nullable<Text>,
        reason -> Nullable<Text>,
        granted_by -> Nullable<Uuid>,
        granted_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        revoked_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_default_roles (organization_id, role_id) {
        organization_id -> Uuid,
        role_id -> Uuid,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    organization_access (organization_id) {
        organization_id -> Uuid,
        switched_off -> Text,
        version -> BigInt,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    access_decisions (id) {
        id -> Uuid,
        organization_id -> Nullable<Uuid>,
        user_id -> Uuid,
        session_id -> Nullable<Uuid>,
        api_key_id -> Nullable<Uuid>,
        operation -> Text,
        path -> Text,
        explanation -> Text,
        decided_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    users,
    user_profile,
    user_login_password,
    user_platform_roles,
    user_totp,
    user_restraints,
    organizations,
    organization_info,
    organization_members,
    organization_admins,
    organization_owners,
    organization_standings,
    organization_suspensions,
    organization_archives,
    organization_active_status,
    sessions,
    refresh_tokens,
    api_keys,
    invitations,
    roles,
    role_permissions,
    role_includes,
    role_exclusions,
    role_assignments,
    organization_default_roles,
    organization_access,
    access_decisions,
);

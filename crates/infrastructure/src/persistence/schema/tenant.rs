//! Tenant plane: what an organization owns. Every table begins with `tenant_id`.

/// The tables of this plane, for the statement guard and the tests of tenancy.
#[cfg(any(debug_assertions, feature = "testing"))]
pub(crate) const TABLES: &[&str] = &["audit_entries", "audit_heads", "audit_pending", "warehouses"];

diesel::table! {
    use crate::persistence::sql_types::*;

    audit_entries (tenant_id, seq) {
        tenant_id -> Uuid,
        seq -> BigInt,
        id -> Uuid,
        at -> Timestamptz,
        actor_type -> Text,
        user_id -> Uuid,
        session_id -> Nullable<Uuid>,
        api_key_id -> Nullable<Uuid>,
        action -> Text,
        resource_type -> Text,
        resource_id -> Uuid,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        ip_address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        trace_id -> Text,
        key_id -> Text,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    audit_heads (tenant_id) {
        tenant_id -> Uuid,
        seq -> BigInt,
        hash -> Binary,
        key_id -> Text,
        mac -> Binary,
    }
}

diesel::table! {
    use crate::persistence::sql_types::*;

    audit_pending (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
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
    use crate::persistence::sql_types::*;

    warehouses (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        code -> Text,
        name -> Text,
        address -> Nullable<Text>,
        country -> Text,
        tz -> Text,
        currency -> Text,
        status -> Text,
        search_text -> Text,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

//! Tenant plane: what an organization owns. Every table begins with `tenant_id`.

/// The tables of this plane, for the statement guard and the tests of tenancy.
#[cfg(any(debug_assertions, feature = "testing"))]
pub(crate) const TABLES: &[&str] = &["audit_entries", "warehouses"];

diesel::table! {
    use crate::persistence::sql_types::*;

    audit_entries (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        actor_type -> Text,
        user_id -> Uuid,
        session_id -> Nullable<Uuid>,
        action -> Text,
        resource_type -> Text,
        resource_id -> Uuid,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
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

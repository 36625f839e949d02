//! The tables that Stoa has made, as far as the minimal program uses them.

macro_rules! tables {
    ($($name:ident ($($key:ident),+) { $($column:ident: $kind:ty,)+ })+) => {$(
        diesel::table! {
            #[allow(unused_imports, reason = "not every table uses every type")]
            use crate::columns::*;
            #[allow(unused_imports, reason = "not every table uses every type")]
            use diesel::sql_types::{BigInt, Nullable, Text};

            $name ($($key),+) { $($column -> $kind,)+ }
        }
    )+};
}

tables! {
    users (id) {
        id: Uuid, email: Text, platform: Text, created_at: Instant, email_verified_at: Nullable<Instant>,
    }
    user_profile (user_id) { user_id: Uuid, name: Text, phone: Nullable<Text>, }
    organization_active_status (organization_id) {
        organization_id: Uuid, status: Text, name: Text, slug: Text,
    }
    organization_standings (organization_id, user_id) {
        organization_id: Uuid, user_id: Uuid, joined_at: Instant, rank: Text,
    }
    warehouses (tenant_id, id) {
        tenant_id: Uuid, id: Uuid, code: Text, name: Text, address: Nullable<Text>, country: Text, tz: Text,
        currency: Text, status: Text, search_text: Text, version: BigInt, created_at: Instant,
        updated_at: Instant, deleted_at: Nullable<Instant>,
    }
    audit_pending (tenant_id, id) {
        tenant_id: Uuid, id: Uuid, at: Instant, actor_type: Text, user_id: Uuid, session_id: Nullable<Uuid>,
        action: Text, resource_type: Text, resource_id: Uuid, after: Nullable<Text>, ip_address: Nullable<Text>,
        user_agent: Nullable<Text>, trace_id: Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(users, user_profile, organization_active_status, organization_standings);

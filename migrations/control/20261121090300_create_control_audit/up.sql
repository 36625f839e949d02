-- Audit trail of the control plane. Entries without an organization belong to the platform.
CREATE TABLE control_audit_entries (
    id uuid NOT NULL PRIMARY KEY,
    organization_id uuid,
    at timestamptz NOT NULL,
    actor_type text NOT NULL CHECK (actor_type IN ('user', 'anonymous', 'system')),
    user_id uuid NOT NULL,
    session_id uuid,
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid NOT NULL,
    before jsonb,
    after jsonb,
    ip_address text,
    user_agent text,
    trace_id text NOT NULL
);
CREATE INDEX control_audit_entries_organization_idx ON control_audit_entries (organization_id, at, id);
CREATE INDEX control_audit_entries_resource_idx ON control_audit_entries (resource_type, resource_id, at);

-- Audit trail of one organization's own data.
CREATE TABLE audit_entries (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
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
    trace_id text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_entries_resource_idx ON audit_entries (tenant_id, resource_type, resource_id, at);

-- An API key is an actor of its own: the entry says which. SQLite cannot alter a CHECK: the table is
-- made anew with its entries, its indexes and what protects it.
CREATE TABLE audit_entries_anew (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_type text NOT NULL CHECK (actor_type IN ('user', 'anonymous', 'system', 'api_key')),
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
    api_key_id uuid,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT audit_entries_api_key_check CHECK ((actor_type = 'api_key') = (api_key_id IS NOT NULL))
);
INSERT INTO audit_entries_anew (
    tenant_id, id, at, actor_type, user_id, session_id, action, resource_type, resource_id, before,
    after, ip_address, user_agent, trace_id
)
SELECT
    tenant_id, id, at, actor_type, user_id, session_id, action, resource_type, resource_id, before,
    after, ip_address, user_agent, trace_id
FROM audit_entries;
DROP TABLE audit_entries;
ALTER TABLE audit_entries_anew RENAME TO audit_entries;
CREATE INDEX audit_entries_resource_idx ON audit_entries (tenant_id, resource_type, resource_id, at);
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;

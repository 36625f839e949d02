-- An API key is an actor of its own: the entry says which. SQLite cannot alter a CHECK: the table is
-- made anew with its entries, its indexes and what protects it.
CREATE TABLE control_audit_entries_anew (
    id uuid NOT NULL PRIMARY KEY,
    organization_id uuid,
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
    CONSTRAINT control_audit_entries_api_key_check CHECK ((actor_type = 'api_key') = (api_key_id IS NOT NULL))
);
INSERT INTO control_audit_entries_anew (
    id, organization_id, at, actor_type, user_id, session_id, action, resource_type, resource_id,
    before, after, ip_address, user_agent, trace_id
)
SELECT
    id, organization_id, at, actor_type, user_id, session_id, action, resource_type, resource_id,
    before, after, ip_address, user_agent, trace_id
FROM control_audit_entries;
DROP TABLE control_audit_entries;
ALTER TABLE control_audit_entries_anew RENAME TO control_audit_entries;
CREATE INDEX control_audit_entries_organization_idx ON control_audit_entries (organization_id, at, id);
CREATE INDEX control_audit_entries_resource_idx ON control_audit_entries (resource_type, resource_id, at);
CREATE TRIGGER control_audit_entries_no_update BEFORE UPDATE ON control_audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER control_audit_entries_no_delete BEFORE DELETE ON control_audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;

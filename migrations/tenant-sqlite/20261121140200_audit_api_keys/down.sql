-- The table as it was. Entries of keys stay as entries of whoever made the key.
CREATE TABLE audit_entries_anew (
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
INSERT INTO audit_entries_anew (
    tenant_id, id, at, actor_type, user_id, session_id, action, resource_type, resource_id, before,
    after, ip_address, user_agent, trace_id
)
SELECT
    tenant_id, id, at, CASE actor_type WHEN 'api_key' THEN 'user' ELSE actor_type END, user_id,
    session_id, action, resource_type, resource_id, before, after, ip_address, user_agent, trace_id
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

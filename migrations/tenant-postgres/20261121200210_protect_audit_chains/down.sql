-- What was sealed waits again.
DROP TRIGGER audit_pending_no_delete ON audit_pending;
DROP FUNCTION audit_pending_leaves();
DROP POLICY audit_heads_tenant ON audit_heads;
ALTER TABLE audit_heads NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_heads DISABLE ROW LEVEL SECURITY;
DROP POLICY audit_entries_tenant ON audit_entries;
ALTER TABLE audit_entries NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entries DISABLE ROW LEVEL SECURITY;
ALTER TABLE audit_pending NO FORCE ROW LEVEL SECURITY;
INSERT INTO audit_pending (
    tenant_id, id, at, actor_type, user_id, session_id, action, resource_type, resource_id, before, after,
    ip_address, user_agent, trace_id, api_key_id
)
SELECT
    tenant_id, id, at, actor_type, user_id, session_id, action, resource_type, resource_id, before, after,
    ip_address, user_agent, trace_id, api_key_id
FROM audit_entries
ON CONFLICT DO NOTHING;
ALTER TABLE audit_pending FORCE ROW LEVEL SECURITY;

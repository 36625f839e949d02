-- What was sealed waits again.
DROP TRIGGER audit_pending_no_delete;
DROP TRIGGER audit_heads_no_delete;
DROP TRIGGER audit_entries_no_delete;
DROP TRIGGER audit_entries_no_update;
INSERT INTO audit_pending (
    tenant_id, id, at, actor_type, user_id, session_id, action, resource_type, resource_id, before, after,
    ip_address, user_agent, trace_id, api_key_id
)
SELECT
    tenant_id, id, at, actor_type, user_id, session_id, action, resource_type, resource_id, before, after,
    ip_address, user_agent, trace_id, api_key_id
FROM audit_entries
WHERE true
ON CONFLICT DO NOTHING;

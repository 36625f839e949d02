DROP INDEX control_audit_pending_chain_idx;
ALTER TABLE control_audit_pending RENAME TO control_audit_entries;
CREATE INDEX control_audit_entries_organization_idx ON control_audit_entries (organization_id, at, id);
CREATE INDEX control_audit_entries_resource_idx ON control_audit_entries (resource_type, resource_id, at);

-- What is recorded here waits until it is sealed into its chain, in a tenant plane.
DROP INDEX control_audit_entries_resource_idx;
DROP INDEX control_audit_entries_organization_idx;
ALTER TABLE control_audit_entries RENAME TO control_audit_pending;
CREATE INDEX control_audit_pending_chain_idx ON control_audit_pending (organization_id, at, id);

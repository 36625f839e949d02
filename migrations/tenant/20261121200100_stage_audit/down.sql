ALTER TABLE audit_pending RENAME TO audit_entries;
CREATE INDEX audit_entries_resource_idx ON audit_entries (tenant_id, resource_type, resource_id, at);

-- What is recorded waits here until it is sealed into the chain of its organization.
DROP INDEX audit_entries_resource_idx;
ALTER TABLE audit_entries RENAME TO audit_pending;

DROP TABLE control_audit_entries;

-- Entries are only ever appended. PostgreSQL has this by privilege.
CREATE TRIGGER control_audit_entries_no_update BEFORE UPDATE ON control_audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER control_audit_entries_no_delete BEFORE DELETE ON control_audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;

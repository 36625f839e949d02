DROP TRIGGER control_audit_pending_no_update;
CREATE TRIGGER control_audit_entries_no_update BEFORE UPDATE ON control_audit_pending
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER control_audit_entries_no_delete BEFORE DELETE ON control_audit_pending
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;

DROP TRIGGER audit_pending_no_update;
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_pending
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_pending
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;

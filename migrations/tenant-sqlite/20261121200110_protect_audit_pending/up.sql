-- What waits is not changed. When it may leave is said where the chains are made.
DROP TRIGGER audit_entries_no_delete;
DROP TRIGGER audit_entries_no_update;
CREATE TRIGGER audit_pending_no_update BEFORE UPDATE ON audit_pending
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;

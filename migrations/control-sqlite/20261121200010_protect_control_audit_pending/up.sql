-- What waits is not changed, and leaves when it is in its chain. No trigger sees into another plane.
DROP TRIGGER control_audit_entries_no_delete;
DROP TRIGGER control_audit_entries_no_update;
CREATE TRIGGER control_audit_pending_no_update BEFORE UPDATE ON control_audit_pending
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;

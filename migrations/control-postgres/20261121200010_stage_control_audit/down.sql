ALTER TABLE control_audit_pending
    RENAME CONSTRAINT control_audit_pending_api_key_check TO control_audit_entries_api_key_check;
ALTER TABLE control_audit_pending
    RENAME CONSTRAINT control_audit_pending_actor_type_check TO control_audit_entries_actor_type_check;
ALTER TABLE control_audit_pending RENAME CONSTRAINT control_audit_pending_pkey TO control_audit_entries_pkey;
ALTER TABLE control_audit_pending ALTER COLUMN after TYPE jsonb USING after::jsonb;
ALTER TABLE control_audit_pending ALTER COLUMN before TYPE jsonb USING before::jsonb;

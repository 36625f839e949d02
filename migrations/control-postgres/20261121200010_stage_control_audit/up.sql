-- Before and after are text, which is hashed as it stands.
ALTER TABLE control_audit_pending ALTER COLUMN before TYPE text USING before::text;
ALTER TABLE control_audit_pending ALTER COLUMN after TYPE text USING after::text;
ALTER TABLE control_audit_pending RENAME CONSTRAINT control_audit_entries_pkey TO control_audit_pending_pkey;
ALTER TABLE control_audit_pending
    RENAME CONSTRAINT control_audit_entries_actor_type_check TO control_audit_pending_actor_type_check;
ALTER TABLE control_audit_pending
    RENAME CONSTRAINT control_audit_entries_api_key_check TO control_audit_pending_api_key_check;

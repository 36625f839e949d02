ALTER POLICY audit_pending_tenant ON audit_pending RENAME TO audit_entries_tenant;
ALTER TABLE audit_pending RENAME CONSTRAINT audit_pending_api_key_check TO audit_entries_api_key_check;
ALTER TABLE audit_pending RENAME CONSTRAINT audit_pending_actor_type_check TO audit_entries_actor_type_check;
ALTER TABLE audit_pending RENAME CONSTRAINT audit_pending_pkey TO audit_entries_pkey;
ALTER TABLE audit_pending ALTER COLUMN after TYPE jsonb USING after::jsonb;
ALTER TABLE audit_pending ALTER COLUMN before TYPE jsonb USING before::jsonb;

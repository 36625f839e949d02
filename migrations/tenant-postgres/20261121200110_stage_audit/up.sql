-- Before and after are text, which is hashed as it stands.
ALTER TABLE audit_pending ALTER COLUMN before TYPE text USING before::text;
ALTER TABLE audit_pending ALTER COLUMN after TYPE text USING after::text;
ALTER TABLE audit_pending RENAME CONSTRAINT audit_entries_pkey TO audit_pending_pkey;
ALTER TABLE audit_pending RENAME CONSTRAINT audit_entries_actor_type_check TO audit_pending_actor_type_check;
ALTER TABLE audit_pending RENAME CONSTRAINT audit_entries_api_key_check TO audit_pending_api_key_check;
ALTER POLICY audit_entries_tenant ON audit_pending RENAME TO audit_pending_tenant;

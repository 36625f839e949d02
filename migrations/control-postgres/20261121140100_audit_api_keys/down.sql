-- Entries of keys stay as entries of whoever made the key.
ALTER TABLE control_audit_entries DROP CONSTRAINT control_audit_entries_api_key_check;
UPDATE control_audit_entries SET actor_type = 'user' WHERE actor_type = 'api_key';
ALTER TABLE control_audit_entries DROP CONSTRAINT control_audit_entries_actor_type_check;
ALTER TABLE control_audit_entries ADD CONSTRAINT control_audit_entries_actor_type_check
    CHECK (actor_type IN ('user', 'anonymous', 'system'));
ALTER TABLE control_audit_entries DROP COLUMN api_key_id;

-- Entries of keys stay as entries of whoever made the key. The owner of the table is bound by its
-- policy too, and would see no row to change.
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_api_key_check;
ALTER TABLE audit_entries NO FORCE ROW LEVEL SECURITY;
UPDATE audit_entries SET actor_type = 'user' WHERE actor_type = 'api_key';
ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_actor_type_check;
ALTER TABLE audit_entries ADD CONSTRAINT audit_entries_actor_type_check
    CHECK (actor_type IN ('user', 'anonymous', 'system'));
ALTER TABLE audit_entries DROP COLUMN api_key_id;

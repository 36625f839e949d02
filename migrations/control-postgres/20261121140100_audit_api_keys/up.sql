-- An API key is an actor of its own: the entry says which.
ALTER TABLE control_audit_entries ADD COLUMN api_key_id uuid;
ALTER TABLE control_audit_entries DROP CONSTRAINT control_audit_entries_actor_type_check;
ALTER TABLE control_audit_entries ADD CONSTRAINT control_audit_entries_actor_type_check
    CHECK (actor_type IN ('user', 'anonymous', 'system', 'api_key'));
ALTER TABLE control_audit_entries ADD CONSTRAINT control_audit_entries_api_key_check
    CHECK ((actor_type = 'api_key') = (api_key_id IS NOT NULL));

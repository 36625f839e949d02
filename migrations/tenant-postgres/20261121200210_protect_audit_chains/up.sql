-- Rows of other organizations do not exist; an entry leaves the waiting room only into its chain.
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_entries_tenant ON audit_entries
    USING (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid);
ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_heads_tenant ON audit_heads
    USING (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid);
CREATE FUNCTION audit_pending_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM audit_entries WHERE tenant_id = OLD.tenant_id AND id = OLD.id) THEN
        RAISE EXCEPTION 'an audit entry leaves only into its chain';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER audit_pending_no_delete BEFORE DELETE ON audit_pending
    FOR EACH ROW EXECUTE FUNCTION audit_pending_leaves();

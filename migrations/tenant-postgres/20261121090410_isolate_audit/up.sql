-- The second lock on tenancy: rows of other organizations do not exist for a connection.
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_entries_tenant ON audit_entries
    USING (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid);

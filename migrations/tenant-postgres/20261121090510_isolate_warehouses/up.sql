-- Text sorts by its bytes, as on SQLite; rows of other organizations do not exist.
ALTER TABLE warehouses ALTER COLUMN code TYPE text COLLATE "C";
ALTER TABLE warehouses ALTER COLUMN name TYPE text COLLATE "C";
ALTER TABLE warehouses ENABLE ROW LEVEL SECURITY;
ALTER TABLE warehouses FORCE ROW LEVEL SECURITY;
CREATE POLICY warehouses_tenant ON warehouses
    USING (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid);

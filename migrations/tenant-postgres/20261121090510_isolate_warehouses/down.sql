DROP POLICY warehouses_tenant ON warehouses;
ALTER TABLE warehouses NO FORCE ROW LEVEL SECURITY;
ALTER TABLE warehouses DISABLE ROW LEVEL SECURITY;
ALTER TABLE warehouses ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE warehouses ALTER COLUMN code TYPE text COLLATE "default";

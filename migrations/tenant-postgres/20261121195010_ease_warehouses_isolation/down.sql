ALTER POLICY warehouses_tenant ON warehouses
    USING (tenant_id = nullif(current_setting('stoa.tenant', true), '')::uuid);

-- Refrigerated warehouses. search_text is the lower-cased code and name, for the q filter.
CREATE TABLE warehouses (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    address text,
    country text NOT NULL,
    tz text NOT NULL,
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'inactive')),
    search_text text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX warehouses_code_key ON warehouses (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_name_idx ON warehouses (tenant_id, name, id) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_created_idx ON warehouses (tenant_id, created_at, id) WHERE deleted_at IS NULL;

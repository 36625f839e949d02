-- What organizations are as businesses; account_type is worked out of the rest.
CREATE TABLE organization_info (
    organization_id uuid NOT NULL PRIMARY KEY REFERENCES organizations (id),
    account_type text NOT NULL CHECK (account_type IN ('personal', 'business')),
    legal_name text,
    tax_id text,
    business_type text,
    business_industry text,
    address text,
    country text,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO organization_info (organization_id, account_type, version, updated_at)
SELECT id, 'personal', 1, created_at FROM organizations;

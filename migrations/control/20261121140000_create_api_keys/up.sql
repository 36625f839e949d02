-- API keys: how programs work in an organization. Only digests are kept: who reads this table
-- cannot use a key. A scope is codes of permissions, the addresses are networks, each between blanks.
CREATE TABLE api_keys (
    id uuid NOT NULL PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('member', 'admin')),
    scope text,
    allowed_addresses text,
    prefix text NOT NULL,
    digest bytea NOT NULL,
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    rotated_at timestamptz,
    expires_at timestamptz,
    last_used_at timestamptz,
    last_used_ip text,
    revoked_at timestamptz
);
CREATE UNIQUE INDEX api_keys_digest_key ON api_keys (digest);
CREATE INDEX api_keys_organization_idx ON api_keys (organization_id, created_at, id) WHERE revoked_at IS NULL;

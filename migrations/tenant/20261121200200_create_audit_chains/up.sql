-- One chain for each organization, in whichever plane its entries were recorded; that of the nil id is the
-- platform's. The hash of an entry is over all its other columns, the hash before it among them.
CREATE TABLE audit_entries (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_type text NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid,
    api_key_id uuid,
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid NOT NULL,
    before text,
    after text,
    ip_address text,
    user_agent text,
    trace_id text NOT NULL,
    key_id text NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
CREATE UNIQUE INDEX audit_entries_id_key ON audit_entries (tenant_id, id);
CREATE INDEX audit_entries_resource_idx ON audit_entries (tenant_id, resource_type, resource_id, seq);

-- The end of each chain: its last entry, under a hash of the end itself.
CREATE TABLE audit_heads (
    tenant_id uuid NOT NULL PRIMARY KEY,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    key_id text NOT NULL,
    mac bytea NOT NULL
);

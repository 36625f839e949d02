-- A session is one sign-in in one organization; its refresh tokens are one family.
CREATE TABLE sessions (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    organization_id uuid REFERENCES organizations (id),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    ip_address text,
    user_agent text
);
CREATE INDEX sessions_user_idx ON sessions (user_id, organization_id);

-- Only digests are kept: who reads this table cannot renew a session.
CREATE TABLE refresh_tokens (
    digest bytea NOT NULL PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id),
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz
);
CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (session_id);

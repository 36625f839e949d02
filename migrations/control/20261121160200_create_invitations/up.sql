-- Invitations into organizations. Only the digest of the token in the last letter is kept. A pending
-- one whose time has run out has expired, whether or not that is noted.
CREATE TABLE invitations (
    id uuid NOT NULL PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    email text NOT NULL,
    role text NOT NULL CHECK (role IN ('member', 'admin')),
    profile text,
    status text NOT NULL CHECK (status IN ('pending', 'accepted', 'revoked', 'expired')),
    digest bytea NOT NULL,
    invited_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX invitations_digest_key ON invitations (digest);
CREATE UNIQUE INDEX invitations_pending_key ON invitations (organization_id, email) WHERE status = 'pending';
CREATE INDEX invitations_organization_idx ON invitations (organization_id, created_at, id);

-- The table as it was. Those by telephone cannot stay.
CREATE TABLE invitations_anew (
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
INSERT INTO invitations_anew (
    id, organization_id, email, role, profile, status, digest, invited_by, created_at, sent_at, expires_at, ended_at
)
SELECT
    id, organization_id, email, role, profile, status, digest, invited_by, created_at, sent_at, expires_at, ended_at
FROM invitations
WHERE email IS NOT NULL;
DROP TABLE invitations;
ALTER TABLE invitations_anew RENAME TO invitations;
CREATE UNIQUE INDEX invitations_digest_key ON invitations (digest);
CREATE UNIQUE INDEX invitations_pending_key ON invitations (organization_id, email) WHERE status = 'pending';
CREATE INDEX invitations_organization_idx ON invitations (organization_id, created_at, id);

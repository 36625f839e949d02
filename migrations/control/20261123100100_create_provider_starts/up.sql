-- Somebody was sent to a provider, to sign in or to link who they are there. Of the state they come back
-- with only the digest is kept; what their answer is checked with is encrypted.
CREATE TABLE provider_starts (
    digest bytea NOT NULL PRIMARY KEY,
    provider text NOT NULL,
    sealed bytea NOT NULL,
    user_id uuid REFERENCES users (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX provider_starts_expired_idx ON provider_starts (expires_at);

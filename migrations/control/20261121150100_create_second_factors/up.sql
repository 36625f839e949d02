-- The second factor of a person: an authenticator, confirmed or yet to be, with the step of the last code
-- that was used. The secret is encrypted: who reads this table cannot make codes.
CREATE TABLE user_totp (
    user_id uuid NOT NULL PRIMARY KEY REFERENCES users (id),
    secret bytea NOT NULL,
    begun_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint
);

-- What stands in for an authenticator that is lost, once each. Only digests are kept.
CREATE TABLE user_recovery_codes (
    user_id uuid NOT NULL REFERENCES users (id),
    digest bytea NOT NULL,
    spent_at timestamptz,
    PRIMARY KEY (user_id, digest)
);

-- Somebody gave the right password and is asked for the second factor. Only digests are kept.
CREATE TABLE mfa_challenges (
    digest bytea NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX mfa_challenges_user_idx ON mfa_challenges (user_id, expires_at);

-- Tokens that letters carry. Only digests are kept: who reads this table cannot use a token.
CREATE TABLE one_time_tokens (
    digest bytea NOT NULL PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('password_reset', 'email_verification')),
    user_id uuid NOT NULL REFERENCES users (id),
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz
);
CREATE INDEX one_time_tokens_user_idx ON one_time_tokens (user_id, purpose, issued_at);

-- Who people are at other providers, as they have linked it. An identity is named by its issuer and the
-- subject there, and is one person's.
CREATE TABLE user_external_identities (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    provider text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    email text,
    linked_at timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE UNIQUE INDEX user_external_identities_subject_idx ON user_external_identities (issuer, subject);
CREATE INDEX user_external_identities_user_idx ON user_external_identities (user_id, linked_at, id);

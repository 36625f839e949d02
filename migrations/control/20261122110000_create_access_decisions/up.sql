-- Refusals, each with the reasons it had, so that somebody can ask why. Sessions and keys may be gone before them.
CREATE TABLE access_decisions (
    id uuid NOT NULL PRIMARY KEY,
    organization_id uuid REFERENCES organizations (id),
    user_id uuid NOT NULL REFERENCES users (id),
    session_id uuid,
    api_key_id uuid,
    operation text NOT NULL,
    path text NOT NULL,
    explanation text NOT NULL,
    decided_at timestamptz NOT NULL
);
CREATE INDEX access_decisions_organization_idx ON access_decisions (organization_id);
CREATE INDEX access_decisions_user_idx ON access_decisions (user_id, decided_at);
CREATE INDEX access_decisions_decided_idx ON access_decisions (decided_at);

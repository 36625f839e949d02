-- What keeps people from working: a row is a time of inactivity, of suspension or of being archived,
-- of the membership in one organization, or of the account where there is none. A time without an
-- end, or whose end lies ahead, is in force; what has ended is history.
CREATE TABLE user_active_status (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    organization_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    from_at timestamptz NOT NULL,
    until_at timestamptz,
    by_user_id uuid NOT NULL REFERENCES users (id),
    reason text NOT NULL,
    ended_by uuid REFERENCES users (id),
    ended_reason text,
    CHECK (until_at IS NULL OR until_at >= from_at),
    CHECK ((ended_by IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX user_active_status_user_idx ON user_active_status (user_id, organization_id, from_at);

CREATE TABLE user_suspensions (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    organization_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    from_at timestamptz NOT NULL,
    until_at timestamptz,
    by_user_id uuid NOT NULL REFERENCES users (id),
    reason text NOT NULL,
    ended_by uuid REFERENCES users (id),
    ended_reason text,
    CHECK (until_at IS NULL OR until_at >= from_at),
    CHECK ((ended_by IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX user_suspensions_user_idx ON user_suspensions (user_id, organization_id, from_at);

CREATE TABLE user_archives (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    organization_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    from_at timestamptz NOT NULL,
    until_at timestamptz,
    by_user_id uuid NOT NULL REFERENCES users (id),
    reason text NOT NULL,
    ended_by uuid REFERENCES users (id),
    ended_reason text,
    CHECK (until_at IS NULL OR until_at >= from_at),
    CHECK ((ended_by IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX user_archives_user_idx ON user_archives (user_id, organization_id, from_at);

CREATE VIEW user_restraints AS
SELECT
    id, user_id, organization_id, CAST('inactive' AS text) AS kind, from_at, until_at, by_user_id, reason, ended_by, ended_reason
FROM user_active_status
UNION ALL
SELECT
    id, user_id, organization_id, CAST('suspended' AS text) AS kind, from_at, until_at, by_user_id, reason, ended_by, ended_reason
FROM user_suspensions
UNION ALL
SELECT
    id, user_id, organization_id, CAST('archived' AS text) AS kind, from_at, until_at, by_user_id, reason, ended_by, ended_reason
FROM user_archives;

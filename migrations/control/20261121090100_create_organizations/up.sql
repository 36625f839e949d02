-- Organizations are the tenants; a placement says where a tenant's plane lives.
CREATE TABLE organizations (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    slug text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX organizations_slug_key ON organizations (slug);

CREATE TABLE organization_placements (
    organization_id uuid NOT NULL PRIMARY KEY REFERENCES organizations (id),
    kind text NOT NULL CHECK (kind IN ('pool')),
    created_at timestamptz NOT NULL
);

-- A member is a row here; an admin has a row in organization_admins besides, the owner one in
-- organization_owners whose term has no end.
CREATE TABLE organization_members (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    user_id uuid NOT NULL REFERENCES users (id),
    joined_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_members_joined_idx ON organization_members (organization_id, joined_at, user_id);
CREATE INDEX organization_members_user_idx ON organization_members (user_id, joined_at, organization_id);

CREATE TABLE organization_admins (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id)
        REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);

CREATE TABLE organization_owners (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    user_id uuid NOT NULL REFERENCES users (id),
    owned_from timestamptz NOT NULL,
    owned_until timestamptz,
    PRIMARY KEY (organization_id, owned_from)
);
CREATE UNIQUE INDEX organization_owners_current_key ON organization_owners (organization_id)
    WHERE owned_until IS NULL;

-- A member's rank, worked out in one place.
CREATE VIEW organization_standings AS
SELECT
    members.organization_id,
    members.user_id,
    members.joined_at,
    CASE
        WHEN owners.user_id IS NOT NULL THEN 'owner'
        WHEN admins.user_id IS NOT NULL THEN 'admin'
        ELSE 'member'
    END AS rank
FROM organization_members AS members
LEFT JOIN organization_admins AS admins
    ON admins.organization_id = members.organization_id AND admins.user_id = members.user_id
LEFT JOIN organization_owners AS owners
    ON owners.organization_id = members.organization_id AND owners.user_id = members.user_id
    AND owners.owned_until IS NULL;

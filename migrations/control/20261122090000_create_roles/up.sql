-- Roles: sets of permissions that organizations give to people. One without an organization is built in: `stoa migrate`
-- writes it, everybody may have it and nobody change it. What a role includes it gives as well; what it excludes nobody
-- has beside it.
CREATE TABLE roles (
    id uuid NOT NULL PRIMARY KEY,
    organization_id uuid REFERENCES organizations (id),
    key text NOT NULL,
    name text NOT NULL,
    description text,
    copied_from uuid REFERENCES roles (id) ON DELETE SET NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX roles_organization_key_key ON roles (organization_id, key);
CREATE UNIQUE INDEX roles_built_in_key_key ON roles (key) WHERE organization_id IS NULL;
CREATE TABLE role_permissions (
    role_id uuid NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    permission text NOT NULL REFERENCES permissions (code),
    PRIMARY KEY (role_id, permission)
);
CREATE TABLE role_includes (
    role_id uuid NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    included_id uuid NOT NULL REFERENCES roles (id),
    PRIMARY KEY (role_id, included_id)
);
CREATE INDEX role_includes_included_idx ON role_includes (included_id);
CREATE TABLE role_exclusions (
    role_id uuid NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    excluded_id uuid NOT NULL REFERENCES roles (id),
    PRIMARY KEY (role_id, excluded_id)
);
CREATE INDEX role_exclusions_excluded_idx ON role_exclusions (excluded_id);

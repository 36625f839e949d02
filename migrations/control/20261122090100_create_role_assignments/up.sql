-- Who has which role, from when until when. A row is kept when it ends. A limit is a kind of thing and the ids of those
-- things, each between blanks: the role is given for them alone.
CREATE TABLE role_assignments (
    id uuid NOT NULL PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    user_id uuid NOT NULL REFERENCES users (id),
    role_id uuid NOT NULL REFERENCES roles (id),
    scope_kind text,
    scope_ids text,
    reason text,
    granted_by uuid REFERENCES users (id),
    granted_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    revoked_by uuid REFERENCES users (id),
    CHECK ((scope_kind IS NULL) = (scope_ids IS NULL))
);
CREATE INDEX role_assignments_user_idx ON role_assignments (organization_id, user_id) WHERE revoked_at IS NULL;
CREATE INDEX role_assignments_role_idx ON role_assignments (role_id);
-- What newcomers are given, and what an organization has switched off for itself: codes of permissions and names of
-- modules, each between blanks.
CREATE TABLE organization_default_roles (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    role_id uuid NOT NULL REFERENCES roles (id),
    PRIMARY KEY (organization_id, role_id)
);
CREATE INDEX organization_default_roles_role_idx ON organization_default_roles (role_id);
CREATE TABLE organization_access (
    organization_id uuid NOT NULL PRIMARY KEY REFERENCES organizations (id),
    switched_off text NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO organization_access (organization_id, switched_off, version, updated_at)
SELECT id, '', 1, created_at FROM organizations;

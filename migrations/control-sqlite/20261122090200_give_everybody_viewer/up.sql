-- Members saw the warehouses by their rank, and see them by the role `viewer` from now on: whoever is a member has it,
-- and whoever becomes one. What the role is called and gives `stoa migrate` writes after this.
INSERT INTO roles (id, key, name, version, created_at, updated_at)
VALUES (
    x'5701a00000008000800000000000000a', 'viewer', 'viewer', 1,
    CAST(unixepoch('subsec') * 1000000 AS integer), CAST(unixepoch('subsec') * 1000000 AS integer)
);
INSERT INTO organization_default_roles (organization_id, role_id)
SELECT organizations.id, roles.id FROM organizations CROSS JOIN roles;
INSERT INTO role_assignments (id, organization_id, user_id, role_id, granted_at)
SELECT randomblob(16), organization_members.organization_id, user_id, roles.id, roles.created_at
FROM organization_members CROSS JOIN roles;

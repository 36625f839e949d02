-- Members saw the warehouses by their rank, and see them by the role `viewer` from now on: whoever is a member has it,
-- and whoever becomes one. What the role is called and gives `stoa migrate` writes after this.
INSERT INTO roles (id, key, name, version, created_at, updated_at)
VALUES ('5701a000-0000-8000-8000-00000000000a', 'viewer', 'viewer', 1, now(), now());
INSERT INTO organization_default_roles (organization_id, role_id)
SELECT id, '5701a000-0000-8000-8000-00000000000a' FROM organizations;
INSERT INTO role_assignments (id, organization_id, user_id, role_id, granted_at)
SELECT gen_random_uuid(), organization_id, user_id, '5701a000-0000-8000-8000-00000000000a', now()
FROM organization_members;

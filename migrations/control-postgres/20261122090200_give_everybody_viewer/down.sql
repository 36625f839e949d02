DELETE FROM role_assignments;
DELETE FROM organization_default_roles;
DELETE FROM roles;

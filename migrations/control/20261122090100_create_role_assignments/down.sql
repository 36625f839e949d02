DROP TABLE organization_access;
DROP TABLE organization_default_roles;
DROP TABLE role_assignments;

DROP TABLE role_exclusions;
DROP TABLE role_includes;
DROP TABLE role_permissions;
DROP TABLE roles;

DROP TABLE user_platform_roles;

-- Roles on the platform itself, across organizations: 'admin' on ADMIN_WEB is a platform administrator.
CREATE TABLE user_platform_roles (
    user_id uuid NOT NULL REFERENCES users (id),
    platform text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin')),
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, platform, role)
);
CREATE INDEX user_platform_roles_role_idx ON user_platform_roles (platform, role, user_id);

-- Of whom the organization asks a second factor.
ALTER TABLE organizations ADD COLUMN mfa_policy text NOT NULL DEFAULT 'off' CHECK (mfa_policy IN ('off', 'admins', 'all'));

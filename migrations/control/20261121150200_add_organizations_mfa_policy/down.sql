ALTER TABLE organizations DROP COLUMN mfa_policy;

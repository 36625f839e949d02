DROP TABLE mfa_challenges;
DROP TABLE user_recovery_codes;
DROP TABLE user_totp;

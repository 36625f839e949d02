ALTER TABLE user_profile DROP COLUMN phone;

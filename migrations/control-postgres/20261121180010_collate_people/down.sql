ALTER TABLE users ALTER COLUMN email TYPE text COLLATE "default";
ALTER TABLE user_profile ALTER COLUMN name TYPE text COLLATE "default";

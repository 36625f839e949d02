-- Names and addresses sort by their bytes, as on SQLite.
ALTER TABLE user_profile ALTER COLUMN name TYPE text COLLATE "C";
ALTER TABLE users ALTER COLUMN email TYPE text COLLATE "C";

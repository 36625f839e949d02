-- What people say of themselves. The search text is the name in lower case, as the application
-- lowers it; a list looks in it and in the address.
ALTER TABLE user_profile ADD COLUMN bio text;
ALTER TABLE user_profile ADD COLUMN avatar_file_id uuid;
ALTER TABLE user_profile ADD COLUMN locale text;
ALTER TABLE user_profile ADD COLUMN tz text;
ALTER TABLE user_profile ADD COLUMN search_text text NOT NULL DEFAULT '';
ALTER TABLE user_profile ADD COLUMN version bigint NOT NULL DEFAULT 1;
UPDATE user_profile SET search_text = lower(name);

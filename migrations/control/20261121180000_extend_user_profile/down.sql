ALTER TABLE user_profile DROP COLUMN version;
ALTER TABLE user_profile DROP COLUMN search_text;
ALTER TABLE user_profile DROP COLUMN tz;
ALTER TABLE user_profile DROP COLUMN locale;
ALTER TABLE user_profile DROP COLUMN avatar_file_id;
ALTER TABLE user_profile DROP COLUMN bio;

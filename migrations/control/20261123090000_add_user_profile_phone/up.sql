-- The person's telephone number, as E.164 writes it: several people may have the same, and nobody has verified it.
ALTER TABLE user_profile ADD COLUMN phone text;

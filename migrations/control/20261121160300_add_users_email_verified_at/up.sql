-- Since when it is known that the person reads the letters to this address; unknown while NULL.
ALTER TABLE users ADD COLUMN email_verified_at timestamptz;

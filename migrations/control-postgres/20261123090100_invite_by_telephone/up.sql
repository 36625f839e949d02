-- An invitation is for an e-mail address or for a telephone number; one of each is pending at a time.
ALTER TABLE invitations ALTER COLUMN email DROP NOT NULL;
ALTER TABLE invitations ADD COLUMN phone text;
ALTER TABLE invitations ADD CONSTRAINT invitations_addressee_check CHECK ((email IS NULL) <> (phone IS NULL));
CREATE UNIQUE INDEX invitations_pending_phone_key ON invitations (organization_id, phone) WHERE status = 'pending';

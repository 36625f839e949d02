-- Those by telephone cannot stay.
DROP INDEX invitations_pending_phone_key;
ALTER TABLE invitations DROP CONSTRAINT invitations_addressee_check;
DELETE FROM invitations WHERE email IS NULL;
ALTER TABLE invitations DROP COLUMN phone;
ALTER TABLE invitations ALTER COLUMN email SET NOT NULL;

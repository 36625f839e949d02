-- Strangers who asked to be registered, and what became of it. The hash of the password goes with the
-- decision; one request waits under each address.
CREATE TABLE registrations (
    id uuid NOT NULL PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    organization_name text NOT NULL,
    platform text NOT NULL,
    password_hash text,
    status text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected')),
    requested_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid REFERENCES users (id),
    reason text
);
CREATE UNIQUE INDEX registrations_pending_key ON registrations (email) WHERE status = 'pending';
CREATE INDEX registrations_status_idx ON registrations (status, requested_at, id);

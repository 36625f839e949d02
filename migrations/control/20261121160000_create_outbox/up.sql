-- What is to be done after a change, written in its transaction. A worker claims a message until its
-- lease ends. The payload may hold a secret: it goes when the message is done or dead.
CREATE TABLE outbox_messages (
    id uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    payload text,
    organization_id uuid,
    state text NOT NULL CHECK (state IN ('pending', 'done', 'dead')),
    attempts bigint NOT NULL,
    due_at timestamptz NOT NULL,
    claimed_by uuid,
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    last_error text,
    CHECK ((state = 'pending') = (payload IS NOT NULL)),
    CHECK ((state = 'pending') = (done_at IS NULL))
);
CREATE INDEX outbox_messages_due_idx ON outbox_messages (due_at, id) WHERE state = 'pending';

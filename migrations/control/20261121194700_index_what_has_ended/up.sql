-- Housekeeping finds what ended long ago without reading all that did since.
CREATE INDEX outbox_messages_ended_idx ON outbox_messages (state, done_at) WHERE done_at IS NOT NULL;
CREATE INDEX one_time_tokens_expired_idx ON one_time_tokens (expires_at);

DROP INDEX one_time_tokens_expired_idx;
DROP INDEX outbox_messages_ended_idx;

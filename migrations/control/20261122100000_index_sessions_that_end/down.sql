-- Takes back what finds them.
DROP INDEX refresh_tokens_expired_idx;
DROP INDEX sessions_revoked_idx;
DROP INDEX sessions_expired_idx;

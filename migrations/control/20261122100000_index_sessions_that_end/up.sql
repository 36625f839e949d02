-- Housekeeping finds sessions and refresh tokens that ended long ago without reading all others.
CREATE INDEX sessions_expired_idx ON sessions (expires_at);
CREATE INDEX sessions_revoked_idx ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX refresh_tokens_expired_idx ON refresh_tokens (expires_at);

-- Wrong guesses at passwords and codes. What was guessed at stands here as a digest, for most of what
-- strangers guess at does not exist. A row may be deleted from forgotten_at on.
CREATE TABLE wrong_guesses (
    digest bytea NOT NULL PRIMARY KEY,
    failures bigint NOT NULL,
    rests_until timestamptz,
    forgotten_at timestamptz NOT NULL
);
CREATE INDEX wrong_guesses_forgotten_idx ON wrong_guesses (forgotten_at);

-- The pictures that show people, at most one each, until there is a storage for files.
CREATE TABLE user_profile_images (
    user_id uuid NOT NULL PRIMARY KEY REFERENCES users (id),
    tag uuid NOT NULL,
    content_type text NOT NULL CHECK (content_type IN ('image/png', 'image/jpeg', 'image/webp')),
    size bigint NOT NULL,
    bytes bytea NOT NULL,
    updated_at timestamptz NOT NULL
);

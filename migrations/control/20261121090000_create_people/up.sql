-- People: who they are, what they call themselves, how they prove it.
CREATE TABLE users (
    id uuid NOT NULL PRIMARY KEY,
    email text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE user_profile (
    user_id uuid NOT NULL PRIMARY KEY REFERENCES users (id),
    name text NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE user_login_password (
    user_id uuid NOT NULL PRIMARY KEY REFERENCES users (id),
    password_hash text NOT NULL,
    updated_at timestamptz NOT NULL
);

-- The permissions that programs know, as `stoa migrate` finds them compiled in. A code that the program no longer has
-- is retired and stays: what refers to it can still be read.
CREATE TABLE permissions (
    code text NOT NULL PRIMARY KEY,
    module text NOT NULL,
    description text NOT NULL,
    retired boolean NOT NULL
);

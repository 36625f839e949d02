-- Every time an organization was archived; the one without an end goes on, until it is restored or purged.
CREATE TABLE organization_archives (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    archived_from timestamptz NOT NULL,
    archived_by uuid NOT NULL,
    reason text NOT NULL,
    archived_until timestamptz,
    restored_by uuid,
    restored_because text,
    PRIMARY KEY (organization_id, archived_from)
);
CREATE UNIQUE INDEX organization_archives_current_key ON organization_archives (organization_id)
    WHERE archived_until IS NULL;
CREATE INDEX organization_archives_due_idx ON organization_archives (archived_from, organization_id)
    WHERE archived_until IS NULL;

-- Every suspension of an organization; the one without an end goes on.
CREATE TABLE organization_suspensions (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    suspended_from timestamptz NOT NULL,
    suspended_by uuid NOT NULL,
    reason text NOT NULL,
    suspended_until timestamptz,
    reinstated_by uuid,
    reinstated_because text,
    PRIMARY KEY (organization_id, suspended_from)
);
CREATE UNIQUE INDEX organization_suspensions_current_key ON organization_suspensions (organization_id)
    WHERE suspended_until IS NULL;

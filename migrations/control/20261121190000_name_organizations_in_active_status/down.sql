-- The view as it was: how each organization stands, without its name.
DROP VIEW organization_active_status;
CREATE VIEW organization_active_status AS
SELECT
    organizations.id AS organization_id,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM organization_archives AS archives
            WHERE archives.organization_id = organizations.id AND archives.archived_until IS NULL
        ) THEN 'archived'
        WHEN EXISTS (
            SELECT 1 FROM organization_suspensions AS suspensions
            WHERE suspensions.organization_id = organizations.id AND suspensions.suspended_until IS NULL
        ) THEN 'suspended'
        ELSE 'active'
    END AS status
FROM organizations;

-- The same view without joins: SQLite then looks up the one member asked for, where it worked out all of
-- them before.
DROP VIEW organization_standings;
CREATE VIEW organization_standings AS
SELECT
    members.organization_id,
    members.user_id,
    members.joined_at,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM organization_owners AS owners
            WHERE owners.organization_id = members.organization_id AND owners.user_id = members.user_id
                AND owners.owned_until IS NULL
        ) THEN 'owner'
        WHEN EXISTS (
            SELECT 1 FROM organization_admins AS admins
            WHERE admins.organization_id = members.organization_id AND admins.user_id = members.user_id
        ) THEN 'admin'
        ELSE 'member'
    END AS rank
FROM organization_members AS members;

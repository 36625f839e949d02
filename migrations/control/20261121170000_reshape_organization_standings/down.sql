DROP VIEW organization_standings;
CREATE VIEW organization_standings AS
SELECT
    members.organization_id,
    members.user_id,
    members.joined_at,
    CASE
        WHEN owners.user_id IS NOT NULL THEN 'owner'
        WHEN admins.user_id IS NOT NULL THEN 'admin'
        ELSE 'member'
    END AS rank
FROM organization_members AS members
LEFT JOIN organization_admins AS admins
    ON admins.organization_id = members.organization_id AND admins.user_id = members.user_id
LEFT JOIN organization_owners AS owners
    ON owners.organization_id = members.organization_id AND owners.user_id = members.user_id
    AND owners.owned_until IS NULL;

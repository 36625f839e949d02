DROP VIEW organization_standings;
DROP TABLE organization_owners;
DROP TABLE organization_admins;
DROP TABLE organization_members;
DROP TABLE organization_placements;
DROP TABLE organizations;

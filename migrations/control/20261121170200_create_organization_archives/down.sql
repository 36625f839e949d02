DROP TABLE organization_archives;

DROP TABLE organization_suspensions;

DROP TABLE organization_info;

DROP VIEW organization_active_status;

DROP VIEW user_restraints;
DROP TABLE user_archives;
DROP TABLE user_suspensions;
DROP TABLE user_active_status;

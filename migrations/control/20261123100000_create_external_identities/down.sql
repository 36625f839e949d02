DROP TABLE user_external_identities;

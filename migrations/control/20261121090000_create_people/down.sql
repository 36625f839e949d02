DROP TABLE user_login_password;
DROP TABLE user_profile;
DROP TABLE users;

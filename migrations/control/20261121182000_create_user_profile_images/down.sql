DROP TABLE user_profile_images;

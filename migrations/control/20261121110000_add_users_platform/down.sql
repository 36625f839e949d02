ALTER TABLE users DROP COLUMN platform;

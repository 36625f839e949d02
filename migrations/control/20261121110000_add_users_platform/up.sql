-- The application a person was made for. It grants nothing: rights stand in user_platform_roles.
ALTER TABLE users ADD COLUMN platform text NOT NULL DEFAULT 'BUSINESS' CHECK (platform IN (
    'NA', 'WEB', 'MOBILE', 'API', 'BUSINESS', 'REWARDS',
    'GEPP_BUSINESS_WEB', 'GEPP_REWARD_APP', 'ADMIN_WEB', 'GEPP_EPR_WEB'
));

DROP TABLE access_decisions;

DROP TABLE provider_starts;

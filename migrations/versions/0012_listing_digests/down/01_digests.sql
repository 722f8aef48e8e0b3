-- The digests of listings go; the next listing is compared column by column again.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- squawk-ignore ban-drop-column
ALTER TABLE markets DROP COLUMN event_digest, DROP COLUMN listing_digest;
-- squawk-ignore ban-drop-column
ALTER TABLE events DROP COLUMN listing_digest;

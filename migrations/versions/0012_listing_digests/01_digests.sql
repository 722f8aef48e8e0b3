-- What of a listing readers use, as one value to compare. Without one, the next listing is stored.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE events ADD COLUMN listing_digest UUID;
COMMENT ON COLUMN events.listing_digest IS 'MD5 of what readers use of the row as it was listed';

ALTER TABLE markets ADD COLUMN listing_digest UUID, ADD COLUMN event_digest UUID;
COMMENT ON COLUMN markets.listing_digest IS 'MD5 of what readers use of the row as it was listed, but for its event';
COMMENT ON COLUMN markets.event_digest IS 'MD5 of what the row says of its event';

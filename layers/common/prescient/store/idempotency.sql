-- name: claim_key
-- Claim a key for a request; does nothing where the key is taken.
INSERT INTO idempotency_keys (route, key, request_hash, response, created_at)
VALUES (%(route)s, %(key)s, %(digest)s, '{}', %(now)s)
ON CONFLICT DO NOTHING;

-- name: select_answer
-- Read the request that has a key, and its answer.
SELECT request_hash, response FROM idempotency_keys WHERE route = %(route)s AND key = %(key)s;

-- name: keep_answer
-- Store the answer to the request that has a key.
UPDATE idempotency_keys SET response = %(answer)s WHERE route = %(route)s AND key = %(key)s;

-- name: forget_keys
-- Delete the keys from before a moment, but those of one space.
DELETE FROM idempotency_keys WHERE created_at < %(before)s AND route <> %(kept)s;

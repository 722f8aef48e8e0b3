-- name: claim_key
INSERT INTO idempotency_keys (route, key, request_hash, response, created_at)
VALUES (%(route)s, %(key)s, %(digest)s, '{}', %(now)s)
ON CONFLICT DO NOTHING;

-- name: select_answer
SELECT request_hash, response FROM idempotency_keys WHERE route = %(route)s AND key = %(key)s;

-- name: keep_answer
UPDATE idempotency_keys SET response = %(answer)s WHERE route = %(route)s AND key = %(key)s;

-- name: forget_keys
DELETE FROM idempotency_keys WHERE created_at < %(before)s;

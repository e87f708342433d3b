-- The oldest parked messages of one day, %(count)s at most and about %(bytes)s, reserved for %(seconds)s seconds.
WITH chosen_day AS (
    SELECT day FROM kvmgrid.parked_messages WHERE taken_until <= now() ORDER BY parked_id LIMIT 1
), waiting AS (
    SELECT parked_id, body_bytes FROM kvmgrid.parked_messages
    WHERE taken_until <= now() AND day = (SELECT day FROM chosen_day)
    ORDER BY parked_id LIMIT %(count)s
    FOR UPDATE SKIP LOCKED
), chosen AS (
    SELECT parked_id FROM (
        SELECT parked_id, sum(body_bytes) OVER (ORDER BY parked_id) - body_bytes AS before_bytes FROM waiting
    ) AS sized
    WHERE before_bytes < %(bytes)s
)
UPDATE kvmgrid.parked_messages AS p SET taken_until = now() + make_interval(secs => %(seconds)s)
FROM chosen WHERE p.parked_id = chosen.parked_id
RETURNING p.parked_id, p.day, p.received_at, p.exchange, p.routing_key, p.user_id, p.message_id, p.content_type,
    p.message_type, p.deaths, p.body

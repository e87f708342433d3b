-- How many messages are parked, and how many bytes.
SELECT count(*), coalesce(sum(body_bytes), 0)::bigint FROM kvmgrid.parked_messages

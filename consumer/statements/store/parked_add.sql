-- Parks messages; a binary stream of their properties.
COPY kvmgrid.parked_messages (
    day, received_at, exchange, routing_key, user_id, message_id, content_type, message_type, deaths, body_bytes, body
) FROM STDIN (FORMAT BINARY)

-- SPDX-License-Identifier: Apache-2.0
-- Late messages that cannot be stored yet wait here instead of in the queue, in front of what is live.

CREATE TABLE parked_messages (
    parked_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Of the sample, in UTC: messages of one day are stored together.
    day date NOT NULL,
    -- A consumer is at it until then, or the tables of its day are locked.
    taken_until timestamptz NOT NULL DEFAULT '-infinity',
    received_at timestamptz NOT NULL,
    exchange text NOT NULL,
    routing_key text NOT NULL,
    user_id text,
    message_id text,
    content_type text,
    message_type text,
    deaths jsonb,
    body_bytes bigint NOT NULL,
    body bytea NOT NULL
);
-- It is there for minutes: not worth the processor time of compression.
ALTER TABLE parked_messages ALTER COLUMN body SET STORAGE EXTERNAL;

GRANT SELECT, INSERT, UPDATE, DELETE ON parked_messages TO kvmgrid_ingest;

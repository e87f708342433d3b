-- SPDX-License-Identifier: Apache-2.0
-- What kvmgrid and TimescaleDB need of the server: locks a session, and how many sessions share them; the most chunks of a
-- table of samples with its levels or aggregates; workers, those of TimescaleDB, those of a parallel query; databases that
-- TimescaleDB looks into.
SELECT
    current_setting('max_locks_per_transaction')::integer,
    current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer,
    (
        SELECT coalesce(max(t.chunk_count), 0)
        FROM (
            SELECT count(*) AS chunk_count
            FROM timescaledb_information.chunks AS c
            LEFT JOIN timescaledb_information.continuous_aggregates AS a
                ON c.hypertable_schema = a.materialization_hypertable_schema
                AND c.hypertable_name = a.materialization_hypertable_name
            WHERE 'kvmgrid' IN (c.hypertable_schema, a.view_schema)
            GROUP BY regexp_replace(coalesce(a.view_name, c.hypertable_name), '_(1m|5m|1h|1d)(_buckets)?$', '')
        ) AS t
    ),
    current_setting('max_worker_processes')::integer,
    coalesce(current_setting('timescaledb.max_background_workers', true)::integer, 0),
    least(
        current_setting('max_parallel_workers')::integer, current_setting('max_parallel_workers_per_gather')::integer
    ),
    (SELECT count(*) FROM pg_database WHERE datallowconn)

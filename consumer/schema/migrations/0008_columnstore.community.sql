-- SPDX-License-Identifier: Apache-2.0
-- Columnstore of the Community edition: about an eighth of the rowstore's size, and faster for long ranges.
-- Segmented by the entity, as every page reads; the newest first, as every query asks. Late samples go into
-- converted chunks as well (slower, and safe since 2.19).
-- A rollup's chunks are sized so that each level has some dozens within its period; the default would be 10
-- times the interval of the raw samples on every level.

ALTER TABLE host_samples SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id', timescaledb.orderby = 'sampled_at DESC'
);
CALL add_columnstore_policy('host_samples', after => INTERVAL '12 hours');
ALTER TABLE host_disk_samples SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'sampled_at DESC'
);
CALL add_columnstore_policy('host_disk_samples', after => INTERVAL '12 hours');
ALTER TABLE host_interface_samples SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'sampled_at DESC'
);
CALL add_columnstore_policy('host_interface_samples', after => INTERVAL '12 hours');
ALTER TABLE host_filesystem_samples SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, path', timescaledb.orderby = 'sampled_at DESC'
);
CALL add_columnstore_policy('host_filesystem_samples', after => INTERVAL '12 hours');
ALTER TABLE domain_samples SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id', timescaledb.orderby = 'sampled_at DESC'
);
CALL add_columnstore_policy('domain_samples', after => INTERVAL '12 hours');
ALTER TABLE domain_block_samples SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'sampled_at DESC'
);
CALL add_columnstore_policy('domain_block_samples', after => INTERVAL '12 hours');
ALTER TABLE domain_interface_samples SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'sampled_at DESC'
);
CALL add_columnstore_policy('domain_interface_samples', after => INTERVAL '12 hours');
ALTER TABLE publisher_reports SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id', timescaledb.orderby = 'sampled_at DESC'
);
CALL add_columnstore_policy('publisher_reports', after => INTERVAL '12 hours');

ALTER MATERIALIZED VIEW host_samples_1m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_samples_1m', INTERVAL '1 day');
CALL add_columnstore_policy('host_samples_1m', after => INTERVAL '7 days');
ALTER MATERIALIZED VIEW host_samples_5m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_samples_5m', INTERVAL '7 days');
CALL add_columnstore_policy('host_samples_5m', after => INTERVAL '14 days');
ALTER MATERIALIZED VIEW host_samples_1h SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_samples_1h', INTERVAL '30 days');
CALL add_columnstore_policy('host_samples_1h', after => INTERVAL '60 days');
ALTER MATERIALIZED VIEW host_samples_1d SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_samples_1d', INTERVAL '365 days');
CALL add_columnstore_policy('host_samples_1d', after => INTERVAL '730 days');

ALTER MATERIALIZED VIEW host_disk_samples_1m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_disk_samples_1m', INTERVAL '1 day');
CALL add_columnstore_policy('host_disk_samples_1m', after => INTERVAL '7 days');
ALTER MATERIALIZED VIEW host_disk_samples_5m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_disk_samples_5m', INTERVAL '7 days');
CALL add_columnstore_policy('host_disk_samples_5m', after => INTERVAL '14 days');
ALTER MATERIALIZED VIEW host_disk_samples_1h SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_disk_samples_1h', INTERVAL '30 days');
CALL add_columnstore_policy('host_disk_samples_1h', after => INTERVAL '60 days');
ALTER MATERIALIZED VIEW host_disk_samples_1d SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_disk_samples_1d', INTERVAL '365 days');
CALL add_columnstore_policy('host_disk_samples_1d', after => INTERVAL '730 days');

ALTER MATERIALIZED VIEW host_interface_samples_1m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_interface_samples_1m', INTERVAL '1 day');
CALL add_columnstore_policy('host_interface_samples_1m', after => INTERVAL '7 days');
ALTER MATERIALIZED VIEW host_interface_samples_5m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_interface_samples_5m', INTERVAL '7 days');
CALL add_columnstore_policy('host_interface_samples_5m', after => INTERVAL '14 days');
ALTER MATERIALIZED VIEW host_interface_samples_1h SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_interface_samples_1h', INTERVAL '30 days');
CALL add_columnstore_policy('host_interface_samples_1h', after => INTERVAL '60 days');
ALTER MATERIALIZED VIEW host_interface_samples_1d SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_interface_samples_1d', INTERVAL '365 days');
CALL add_columnstore_policy('host_interface_samples_1d', after => INTERVAL '730 days');

ALTER MATERIALIZED VIEW host_filesystem_samples_1m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, path', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_filesystem_samples_1m', INTERVAL '1 day');
CALL add_columnstore_policy('host_filesystem_samples_1m', after => INTERVAL '7 days');
ALTER MATERIALIZED VIEW host_filesystem_samples_5m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, path', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_filesystem_samples_5m', INTERVAL '7 days');
CALL add_columnstore_policy('host_filesystem_samples_5m', after => INTERVAL '14 days');
ALTER MATERIALIZED VIEW host_filesystem_samples_1h SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, path', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_filesystem_samples_1h', INTERVAL '30 days');
CALL add_columnstore_policy('host_filesystem_samples_1h', after => INTERVAL '60 days');
ALTER MATERIALIZED VIEW host_filesystem_samples_1d SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'host_id, path', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('host_filesystem_samples_1d', INTERVAL '365 days');
CALL add_columnstore_policy('host_filesystem_samples_1d', after => INTERVAL '730 days');

ALTER MATERIALIZED VIEW domain_samples_1m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_samples_1m', INTERVAL '1 day');
CALL add_columnstore_policy('domain_samples_1m', after => INTERVAL '7 days');
ALTER MATERIALIZED VIEW domain_samples_5m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_samples_5m', INTERVAL '7 days');
CALL add_columnstore_policy('domain_samples_5m', after => INTERVAL '14 days');
ALTER MATERIALIZED VIEW domain_samples_1h SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_samples_1h', INTERVAL '30 days');
CALL add_columnstore_policy('domain_samples_1h', after => INTERVAL '60 days');
ALTER MATERIALIZED VIEW domain_samples_1d SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_samples_1d', INTERVAL '365 days');
CALL add_columnstore_policy('domain_samples_1d', after => INTERVAL '730 days');

ALTER MATERIALIZED VIEW domain_block_samples_1m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_block_samples_1m', INTERVAL '1 day');
CALL add_columnstore_policy('domain_block_samples_1m', after => INTERVAL '7 days');
ALTER MATERIALIZED VIEW domain_block_samples_5m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_block_samples_5m', INTERVAL '7 days');
CALL add_columnstore_policy('domain_block_samples_5m', after => INTERVAL '14 days');
ALTER MATERIALIZED VIEW domain_block_samples_1h SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_block_samples_1h', INTERVAL '30 days');
CALL add_columnstore_policy('domain_block_samples_1h', after => INTERVAL '60 days');
ALTER MATERIALIZED VIEW domain_block_samples_1d SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_block_samples_1d', INTERVAL '365 days');
CALL add_columnstore_policy('domain_block_samples_1d', after => INTERVAL '730 days');

ALTER MATERIALIZED VIEW domain_interface_samples_1m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_interface_samples_1m', INTERVAL '1 day');
CALL add_columnstore_policy('domain_interface_samples_1m', after => INTERVAL '7 days');
ALTER MATERIALIZED VIEW domain_interface_samples_5m SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_interface_samples_5m', INTERVAL '7 days');
CALL add_columnstore_policy('domain_interface_samples_5m', after => INTERVAL '14 days');
ALTER MATERIALIZED VIEW domain_interface_samples_1h SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_interface_samples_1h', INTERVAL '30 days');
CALL add_columnstore_policy('domain_interface_samples_1h', after => INTERVAL '60 days');
ALTER MATERIALIZED VIEW domain_interface_samples_1d SET (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id, device', timescaledb.orderby = 'bucket DESC'
);
SELECT set_chunk_time_interval('domain_interface_samples_1d', INTERVAL '365 days');
CALL add_columnstore_policy('domain_interface_samples_1d', after => INTERVAL '730 days');

-- SPDX-License-Identifier: Apache-2.0
-- The time series, what the publishers say about themselves, and one row per host and domain for "now".
--
-- Columns after the keys are the fields of the structs in publisher/wire/samples.py, in their order.
-- Keys are (entity, time): they alone decide what a duplicate is. BRIN over time serves "all domains,
-- recently" at 0.1 % of the table's size. No foreign keys and no triggers: each costs more per row than
-- the COPY itself, and the consumer takes its ids from hosts and domains.
--
-- One CHECK per table, on the time: 'infinity' is a valid timestamptz, and a time far away would create
-- a chunk that retention never reaches. It costs 0.1 of 3.2 us of the server's CPU per row copied. A CHECK of
-- all figures would cost another 0.1 to 0.2, and have nothing to do: JSON has neither NaN nor infinity, and
-- the decoder refuses what a real would turn into infinity.
--
-- Chunks of a day suit up to about 5,000 domains at 10 s (one chunk with its indexes within a quarter of
-- the memory); `migrate` sets another interval for larger fleets.

CREATE TABLE host_samples (
    host_id integer NOT NULL,
    sampled_at timestamptz NOT NULL,
    memory_total_bytes bigint,
    memory_available_bytes bigint,
    memory_free_bytes bigint,
    memory_buffers_bytes bigint,
    memory_cached_bytes bigint,
    memory_reclaimable_bytes bigint,
    memory_shared_bytes bigint,
    hugepage_total_bytes bigint,
    hugepage_free_bytes bigint,
    hugepage_reserved_bytes bigint,
    hugepage_surplus_bytes bigint,
    ksm_shared_bytes bigint,
    ksm_saved_bytes bigint,
    ksm_profit_bytes bigint,
    zfs_cache_bytes bigint,
    zfs_reclaimable_bytes bigint,
    swap_total_bytes bigint,
    swap_used_bytes bigint,
    uptime_seconds double precision,
    interval_seconds real,
    cpu_busy_ratio real,
    cpu_guest_ratio real,
    cpu_user_ratio real,
    cpu_system_ratio real,
    cpu_interrupt_ratio real,
    cpu_steal_ratio real,
    cpu_iowait_ratio real,
    load_1m real,
    load_5m real,
    load_15m real,
    pressure_cpu_some_ratio real,
    pressure_memory_some_ratio real,
    pressure_memory_full_ratio real,
    pressure_io_some_ratio real,
    pressure_io_full_ratio real,
    pressure_irq_full_ratio real,
    memory_used_ratio real,
    memory_used_legacy_ratio real,
    memory_used_without_hugepages_ratio real,
    memory_used_without_zfs_cache_ratio real,
    swap_in_bytes_per_second real,
    swap_out_bytes_per_second real,
    disk_read_bytes_per_second real,
    disk_write_bytes_per_second real,
    disk_read_requests_per_second real,
    disk_write_requests_per_second real,
    disk_busy_ratio real,
    disk_latency_seconds real,
    network_receive_bytes_per_second real,
    network_transmit_bytes_per_second real,
    cpu_temperature_celsius real,
    cpu_temperature_limit_celsius real,
    board_temperature_celsius real,
    cpu_online_count integer,
    running_count integer,
    blocked_count integer,
    oom_kill_count integer,
    ksm_run smallint,
    memory_estimated boolean,
    domain_count integer,
    domain_active_count integer,
    health_score smallint,
    health_state text NOT NULL,
    health_reasons jsonb NOT NULL,
    PRIMARY KEY (host_id, sampled_at),
    CONSTRAINT host_samples_time CHECK (sampled_at >= '2000-01-01T00:00:00Z' AND sampled_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('host_samples', by_range('sampled_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX host_samples_sampled_at ON host_samples USING brin (sampled_at) WITH (pages_per_range = 32);

CREATE TABLE host_disk_samples (
    host_id integer NOT NULL,
    device text NOT NULL,
    sampled_at timestamptz NOT NULL,
    name text,
    leaf boolean NOT NULL,
    in_flight_count integer,
    read_bytes_per_second real,
    write_bytes_per_second real,
    read_requests_per_second real,
    write_requests_per_second real,
    busy_ratio real,
    queue_count real,
    latency_seconds real,
    read_latency_seconds real,
    write_latency_seconds real,
    PRIMARY KEY (host_id, device, sampled_at),
    CONSTRAINT host_disk_samples_time CHECK (sampled_at >= '2000-01-01T00:00:00Z' AND sampled_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('host_disk_samples', by_range('sampled_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX host_disk_samples_sampled_at ON host_disk_samples USING brin (sampled_at) WITH (pages_per_range = 32);

CREATE TABLE host_interface_samples (
    host_id integer NOT NULL,
    device text NOT NULL,
    sampled_at timestamptz NOT NULL,
    physical boolean NOT NULL,
    receive_bytes_per_second real,
    transmit_bytes_per_second real,
    receive_packets_per_second real,
    transmit_packets_per_second real,
    receive_errors_per_second real,
    transmit_errors_per_second real,
    receive_drops_per_second real,
    transmit_drops_per_second real,
    PRIMARY KEY (host_id, device, sampled_at),
    CONSTRAINT host_interface_samples_time CHECK (sampled_at >= '2000-01-01T00:00:00Z' AND sampled_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('host_interface_samples', by_range('sampled_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX host_interface_samples_sampled_at ON host_interface_samples USING brin (sampled_at) WITH (pages_per_range = 32);

CREATE TABLE host_filesystem_samples (
    host_id integer NOT NULL,
    path text NOT NULL,
    sampled_at timestamptz NOT NULL,
    total_bytes bigint,
    available_bytes bigint,
    PRIMARY KEY (host_id, path, sampled_at),
    CONSTRAINT host_filesystem_samples_time CHECK (sampled_at >= '2000-01-01T00:00:00Z' AND sampled_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('host_filesystem_samples', by_range('sampled_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX host_filesystem_samples_sampled_at ON host_filesystem_samples USING brin (sampled_at) WITH (pages_per_range = 32);

CREATE TABLE domain_samples (
    domain_id integer NOT NULL,
    sampled_at timestamptz NOT NULL,
    host_id integer NOT NULL,
    memory_assigned_bytes bigint,
    memory_maximum_bytes bigint,
    memory_guest_total_bytes bigint,
    memory_used_bytes bigint,
    memory_resident_bytes bigint,
    interval_seconds real,
    detail_interval_seconds real,
    cpu_cores real,
    cpu_ratio real,
    cpu_user_cores real,
    cpu_system_cores real,
    vcpu_cores real,
    cpu_overhead_cores real,
    steal_ratio real,
    memory_used_ratio real,
    memory_age_seconds real,
    swap_in_bytes_per_second real,
    swap_out_bytes_per_second real,
    major_faults_per_second real,
    block_read_bytes_per_second real,
    block_write_bytes_per_second real,
    block_read_requests_per_second real,
    block_write_requests_per_second real,
    block_latency_seconds real,
    network_receive_bytes_per_second real,
    network_transmit_bytes_per_second real,
    vcpu_count smallint,
    state smallint NOT NULL,
    state_reason smallint,
    outcome text NOT NULL,
    PRIMARY KEY (domain_id, sampled_at),
    CONSTRAINT domain_samples_time CHECK (sampled_at >= '2000-01-01T00:00:00Z' AND sampled_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('domain_samples', by_range('sampled_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX domain_samples_sampled_at ON domain_samples USING brin (sampled_at) WITH (pages_per_range = 32);

CREATE TABLE domain_block_samples (
    domain_id integer NOT NULL,
    device text NOT NULL,
    sampled_at timestamptz NOT NULL,
    host_id integer NOT NULL,
    capacity_bytes bigint,
    physical_bytes bigint,
    read_bytes_per_second real,
    write_bytes_per_second real,
    read_requests_per_second real,
    write_requests_per_second real,
    flush_requests_per_second real,
    read_latency_seconds real,
    write_latency_seconds real,
    flush_latency_seconds real,
    PRIMARY KEY (domain_id, device, sampled_at),
    CONSTRAINT domain_block_samples_time CHECK (sampled_at >= '2000-01-01T00:00:00Z' AND sampled_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('domain_block_samples', by_range('sampled_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX domain_block_samples_sampled_at ON domain_block_samples USING brin (sampled_at) WITH (pages_per_range = 32);

CREATE TABLE domain_interface_samples (
    domain_id integer NOT NULL,
    device text NOT NULL,
    sampled_at timestamptz NOT NULL,
    host_id integer NOT NULL,
    name text,
    receive_bytes_per_second real,
    transmit_bytes_per_second real,
    receive_packets_per_second real,
    transmit_packets_per_second real,
    receive_errors_per_second real,
    transmit_errors_per_second real,
    receive_drops_per_second real,
    transmit_drops_per_second real,
    PRIMARY KEY (domain_id, device, sampled_at),
    CONSTRAINT domain_interface_samples_time CHECK (sampled_at >= '2000-01-01T00:00:00Z' AND sampled_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('domain_interface_samples', by_range('sampled_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX domain_interface_samples_sampled_at ON domain_interface_samples USING brin (sampled_at) WITH (pages_per_range = 32);

-- Rare rows, long kept: chunks of a month.
CREATE TABLE events (
    host_id integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    epoch text NOT NULL,
    sequence bigint NOT NULL,
    kind text NOT NULL,
    domain_id integer,
    domain_name text,
    detail text,
    attributes jsonb NOT NULL,
    PRIMARY KEY (host_id, epoch, sequence, occurred_at),
    CONSTRAINT events_time CHECK (occurred_at >= '2000-01-01T00:00:00Z' AND occurred_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('events', by_range('occurred_at', INTERVAL '30 days'), create_default_indexes => false);
CREATE INDEX events_occurred_at ON events (occurred_at DESC);
CREATE INDEX events_host_id ON events (host_id, occurred_at DESC);
CREATE INDEX events_domain_id ON events (domain_id, occurred_at DESC) WHERE domain_id IS NOT NULL;

-- One row per batch. tick_seconds is the configured interval, tick_work_seconds what the last tick took.
CREATE TABLE publisher_reports (
    host_id integer NOT NULL,
    sampled_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    epoch text NOT NULL,
    sequence bigint NOT NULL,
    boot_id text NOT NULL,
    publisher_version text NOT NULL,
    tick_seconds real NOT NULL,
    tick_work_seconds real,
    spool_message_count integer NOT NULL,
    spool_bytes bigint NOT NULL,
    dropped_message_count integer NOT NULL,
    missed_tick_count integer NOT NULL,
    cpu_seconds double precision,
    resident_bytes bigint,
    hypervisor_state text NOT NULL,
    hypervisor_reason text,
    libvirt_version text,
    hypervisor_version text,
    abandoned_call_count integer NOT NULL,
    collectors jsonb NOT NULL,
    PRIMARY KEY (host_id, sampled_at),
    CONSTRAINT publisher_reports_time CHECK (sampled_at >= '2000-01-01T00:00:00Z' AND sampled_at < '2100-01-01T00:00:00Z')
);
SELECT create_hypertable('publisher_reports', by_range('sampled_at', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX publisher_reports_sampled_at ON publisher_reports USING brin (sampled_at) WITH (pages_per_range = 32);

-- What a publisher says its spool had to give up: a gap with a reason.
CREATE TABLE dropped_ranges (
    host_id integer NOT NULL,
    epoch text NOT NULL,
    first_sequence bigint NOT NULL,
    last_sequence bigint NOT NULL,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (host_id, epoch, first_sequence)
);

-- Messages that could not be stored, each with its reason; body is capped, body_bytes is the true length.
CREATE TABLE quarantine (
    quarantine_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    reason text NOT NULL,
    detail text,
    queue text,
    exchange text,
    routing_key text,
    user_id text,
    message_id text,
    content_type text,
    message_type text,
    body_sha256 bytea,
    body bytea,
    body_bytes integer,
    deaths jsonb
);
CREATE INDEX quarantine_received_at ON quarantine (received_at);

-- The newest sample of each host and domain: the "now" pages read these and no time series. Upserted once
-- per flush and guarded by sampled_at; half-empty pages keep the updates in place (heap-only tuples), so
-- there is no index beside the key.
CREATE TABLE host_latest (
    host_id integer PRIMARY KEY,
    sampled_at timestamptz NOT NULL,
    memory_total_bytes bigint,
    memory_available_bytes bigint,
    memory_free_bytes bigint,
    memory_buffers_bytes bigint,
    memory_cached_bytes bigint,
    memory_reclaimable_bytes bigint,
    memory_shared_bytes bigint,
    hugepage_total_bytes bigint,
    hugepage_free_bytes bigint,
    hugepage_reserved_bytes bigint,
    hugepage_surplus_bytes bigint,
    ksm_shared_bytes bigint,
    ksm_saved_bytes bigint,
    ksm_profit_bytes bigint,
    zfs_cache_bytes bigint,
    zfs_reclaimable_bytes bigint,
    swap_total_bytes bigint,
    swap_used_bytes bigint,
    uptime_seconds double precision,
    interval_seconds real,
    cpu_busy_ratio real,
    cpu_guest_ratio real,
    cpu_user_ratio real,
    cpu_system_ratio real,
    cpu_interrupt_ratio real,
    cpu_steal_ratio real,
    cpu_iowait_ratio real,
    load_1m real,
    load_5m real,
    load_15m real,
    pressure_cpu_some_ratio real,
    pressure_memory_some_ratio real,
    pressure_memory_full_ratio real,
    pressure_io_some_ratio real,
    pressure_io_full_ratio real,
    pressure_irq_full_ratio real,
    memory_used_ratio real,
    memory_used_legacy_ratio real,
    memory_used_without_hugepages_ratio real,
    memory_used_without_zfs_cache_ratio real,
    swap_in_bytes_per_second real,
    swap_out_bytes_per_second real,
    disk_read_bytes_per_second real,
    disk_write_bytes_per_second real,
    disk_read_requests_per_second real,
    disk_write_requests_per_second real,
    disk_busy_ratio real,
    disk_latency_seconds real,
    network_receive_bytes_per_second real,
    network_transmit_bytes_per_second real,
    cpu_temperature_celsius real,
    cpu_temperature_limit_celsius real,
    board_temperature_celsius real,
    cpu_online_count integer,
    running_count integer,
    blocked_count integer,
    oom_kill_count integer,
    ksm_run smallint,
    memory_estimated boolean,
    domain_count integer,
    domain_active_count integer,
    health_score smallint,
    health_state text NOT NULL,
    health_reasons jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    tick_seconds real NOT NULL,
    hypervisor_state text NOT NULL,
    hypervisor_reason text,
    collectors jsonb NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE domain_latest (
    domain_id integer PRIMARY KEY,
    sampled_at timestamptz NOT NULL,
    host_id integer NOT NULL,
    memory_assigned_bytes bigint,
    memory_maximum_bytes bigint,
    memory_guest_total_bytes bigint,
    memory_used_bytes bigint,
    memory_resident_bytes bigint,
    interval_seconds real,
    detail_interval_seconds real,
    cpu_cores real,
    cpu_ratio real,
    cpu_user_cores real,
    cpu_system_cores real,
    vcpu_cores real,
    cpu_overhead_cores real,
    steal_ratio real,
    memory_used_ratio real,
    memory_age_seconds real,
    swap_in_bytes_per_second real,
    swap_out_bytes_per_second real,
    major_faults_per_second real,
    block_read_bytes_per_second real,
    block_write_bytes_per_second real,
    block_read_requests_per_second real,
    block_write_requests_per_second real,
    block_latency_seconds real,
    network_receive_bytes_per_second real,
    network_transmit_bytes_per_second real,
    vcpu_count smallint,
    state smallint NOT NULL,
    state_reason smallint,
    outcome text NOT NULL,
    libvirt_id integer,
    outcome_reason text
) WITH (fillfactor = 50);

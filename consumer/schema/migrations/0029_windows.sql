-- SPDX-License-Identifier: Apache-2.0
-- What pages ask of all VMs, and of the whole fleet, made from the levels by the consumer's upkeep (docs/decisions/0040):
-- figures of each VM over the last hour, day, week and month, and the sums of all hosts every 5 minutes.

-- Percentiles of weeks are asked of these from now on; buckets of before have no histogram of them.
UPDATE rollup_figures SET has_histogram = true
WHERE relation = 'domain_samples' AND figure IN ('block_read_bytes_per_second', 'block_write_bytes_per_second');
DO $$
DECLARE
    level text;
BEGIN
    FOREACH level IN ARRAY ARRAY['1h', '1d'] LOOP
        PERFORM kvmgrid.make_rollup_table('domain_samples', level);
        PERFORM kvmgrid.replace_rollup_view('domain_samples', level);
    END LOOP;
END
$$;

-- All elements of some histograms, in no order; a bin may come more than once.
CREATE AGGREGATE histogram_joined(integer[]) (SFUNC = array_cat, STYPE = integer[]);

-- A question reads all VMs of one window. Half of each page is left to the next version of its rows, so that no index has to
-- know of it: all is written again and again, and vacuum has little to do.
CREATE TABLE domain_window_values (
    until timestamptz NOT NULL,
    domain_id integer NOT NULL,
    cpu_ratio_mean real,
    cpu_ratio_p95 real,
    cpu_ratio_max real,
    steal_ratio_mean real,
    steal_ratio_p95 real,
    steal_ratio_max real,
    memory_resident_bytes_mean real,
    memory_resident_bytes_p95 real,
    memory_resident_bytes_max real,
    block_latency_seconds_mean real,
    block_latency_seconds_p95 real,
    block_latency_seconds_max real,
    block_read_bytes_per_second_mean real,
    block_read_bytes_per_second_p95 real,
    block_read_bytes_per_second_max real,
    block_write_bytes_per_second_mean real,
    block_write_bytes_per_second_p95 real,
    block_write_bytes_per_second_max real,
    network_receive_bytes_per_second_mean real,
    network_receive_bytes_per_second_p95 real,
    network_receive_bytes_per_second_max real,
    network_transmit_bytes_per_second_mean real,
    network_transmit_bytes_per_second_p95 real,
    network_transmit_bytes_per_second_max real,
    window_name text NOT NULL,
    PRIMARY KEY (window_name, domain_id)
) PARTITION BY LIST (window_name);
CREATE TABLE domain_window_values_1h PARTITION OF domain_window_values FOR VALUES IN ('1h')
WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.5);
CREATE TABLE domain_window_values_24h PARTITION OF domain_window_values FOR VALUES IN ('24h')
WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.5);
CREATE TABLE domain_window_values_7d PARTITION OF domain_window_values FOR VALUES IN ('7d')
WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.5);
CREATE TABLE domain_window_values_30d PARTITION OF domain_window_values FOR VALUES IN ('30d')
WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.5);

-- The windows, how often each is made at most, and how far that is: `until` is the end of the last one that is whole,
-- `filling` that of the one that is being made, `after_id` the last domain that it has. `work` is what it took.
CREATE TABLE domain_window_marks (
    window_name text PRIMARY KEY,
    length interval NOT NULL,
    pace interval NOT NULL,
    until timestamptz,
    filling timestamptz,
    after_id integer NOT NULL DEFAULT 0,
    begun_at timestamptz NOT NULL DEFAULT '-infinity',
    work interval NOT NULL DEFAULT '0'
);
INSERT INTO domain_window_marks (window_name, length, pace) VALUES
    ('1h', INTERVAL '1 hour', INTERVAL '5 minutes'),
    ('24h', INTERVAL '1 day', INTERVAL '5 minutes'),
    ('7d', INTERVAL '7 days', INTERVAL '1 hour'),
    ('30d', INTERVAL '30 days', INTERVAL '1 hour');

CREATE VIEW domain_windows AS
SELECT
    domain_id, window_name, until,
    cpu_ratio_mean, cpu_ratio_p95, cpu_ratio_max,
    steal_ratio_mean, steal_ratio_p95, steal_ratio_max,
    memory_resident_bytes_mean, memory_resident_bytes_p95, memory_resident_bytes_max,
    block_latency_seconds_mean, block_latency_seconds_p95, block_latency_seconds_max,
    block_read_bytes_per_second_mean, block_read_bytes_per_second_p95, block_read_bytes_per_second_max,
    block_write_bytes_per_second_mean, block_write_bytes_per_second_p95, block_write_bytes_per_second_max,
    network_receive_bytes_per_second_mean, network_receive_bytes_per_second_p95, network_receive_bytes_per_second_max,
    network_transmit_bytes_per_second_mean, network_transmit_bytes_per_second_p95, network_transmit_bytes_per_second_max
FROM domain_window_values;

-- Makes the rows of at most so many domains of a window: of the shortest that is due, or is being made. One that took long
-- waits fifty times as long. Returns which, its end, rows written and whether it is whole; a name of null where none is
-- due; no row while another session is the worker.
-- A window is made of the widest buckets that lie in it: days between its midnights, hours between the hours at its ends,
-- and 5 minutes at these. It ends where 5 minutes are done; while hours or days are far behind it waits.
CREATE FUNCTION fill_domain_windows(domain_count integer)
RETURNS TABLE (window_name text, until timestamptz, written_count bigint, is_whole boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
SET jit = off
SET max_parallel_workers_per_gather = 0
SET work_mem = '64MB'
AS $$
DECLARE
    now_at constant timestamptz := clock_timestamp();
    mark record;
    figures text[];
    hours tstzrange;
    days tstzrange;
    ids integer[];
    last_id integer;
BEGIN
    IF NOT kvmgrid.is_rollup_worker() THEN
        RETURN;
    END IF;
    SELECT m.*, l.five_minutes, l.hours, l.days INTO mark
    FROM kvmgrid.domain_window_marks AS m
    CROSS JOIN (
        SELECT
            max(d.done) FILTER (WHERE d.level = '5m') AS five_minutes,
            max(d.done) FILTER (WHERE d.level = '1h') AS hours,
            max(d.done) FILTER (WHERE d.level = '1d') AS days
        FROM kvmgrid.rollup_marks AS d
        WHERE d.relation = 'domain_samples'
    ) AS l
    WHERE m.filling IS NOT NULL
        OR (
            (m.until IS NULL OR l.five_minutes >= m.until + m.pace)
            -- Before the first upkeep nothing is done.
            AND l.five_minutes > TIMESTAMPTZ '2000-01-01T00:00:00Z'
            AND l.hours > l.five_minutes - INTERVAL '3 hours'
            AND l.days > l.five_minutes - INTERVAL '3 days'
            AND m.begun_at + m.work * 50 <= now_at
        )
    ORDER BY m.length
    LIMIT 1;
    written_count := 0;
    is_whole := false;
    IF mark IS NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;
    window_name := mark.window_name;
    until := coalesce(mark.filling, mark.five_minutes);
    SELECT array_agg(d.domain_id), max(d.domain_id) INTO ids, last_id
    FROM (
        SELECT o.domain_id
        FROM kvmgrid.domains AS o
        WHERE o.domain_id > mark.after_id AND (o.removed_at IS NULL OR o.removed_at > fill_domain_windows.until - mark.length)
        ORDER BY o.domain_id
        LIMIT domain_count
    ) AS d;
    is_whole := coalesce(cardinality(ids), 0) < domain_count;
    -- Rounded up at the beginning and down at the end; both ends of these parts are as far as their level is done.
    hours := kvmgrid.window_part(until - mark.length, least(until, mark.hours), INTERVAL '1 hour');
    days := 'empty';
    IF NOT isempty(hours) THEN
        days := kvmgrid.window_part(lower(hours), least(upper(hours), mark.days), INTERVAL '1 day');
    END IF;
    SELECT array_agg(left(a.attname, -4) ORDER BY a.attnum) INTO figures
    FROM pg_attribute AS a
    WHERE a.attrelid = 'kvmgrid.domain_windows'::regclass AND a.attname LIKE '%\_p95';
    EXECUTE (
        SELECT format(
            'INSERT INTO kvmgrid.domain_window_values AS w (domain_id, window_name, until, %s)'
            ' SELECT i.domain_id, $2, $3, %s FROM unnest($1) AS i (domain_id) CROSS JOIN LATERAL ('
            ' SELECT count(*) AS bucket_count, %s FROM (SELECT %s FROM (%s) AS s'
            ' WHERE s.domain_id = i.domain_id AND s.bucket >= $3 - $4 AND s.bucket < $3 AND NOT s.bucket <@ $5'
            ' UNION ALL SELECT %s FROM (%s) AS s'
            ' WHERE s.domain_id = i.domain_id AND s.bucket >= lower($5) AND s.bucket < upper($5) AND NOT s.bucket <@ $6'
            ' UNION ALL SELECT %s FROM (%s) AS s'
            ' WHERE s.domain_id = i.domain_id AND s.bucket >= lower($6) AND s.bucket < upper($6)) AS p) AS m'
            ' WHERE m.bucket_count > 0'
            ' ON CONFLICT (window_name, domain_id) DO UPDATE SET (until, %s) = ROW (excluded.until, %s)',
            string_agg(format('%1$s_mean, %1$s_p95, %1$s_max', f), ', '),
            -- As histogram_percentile(), from the top: of a sort of whole elements the upper twentieth is read.
            string_agg(format(
                'm.%1$s_mean, (SELECT least(m.%1$s_max, histogram_value(e.element / 65536)) FROM ('
                ' SELECT u.element, sum(u.element %% 65536) OVER (ORDER BY u.element DESC ROWS UNBOUNDED PRECEDING) AS above'
                ' FROM unnest(m.%1$s_histogram) AS u (element)) AS e WHERE e.above > ('
                ' SELECT sum(t %% 65536) - 0.95::double precision * sum(t %% 65536) FROM unnest(m.%1$s_histogram) AS t'
                ' ) LIMIT 1)::real, m.%1$s_max', f
            ), ', '),
            string_agg(format(
                '(sum(p.%1$s_sum) / nullif(sum(p.%1$s_count), 0))::real AS %1$s_mean, max(p.%1$s_max)::real AS %1$s_max,'
                ' histogram_joined(p.%1$s_histogram) AS %1$s_histogram', f
            ), ', '),
            string_agg(format(
                's.%1$s_sum, s.%1$s_count, s.%1$s_max, CASE WHEN s.%1$s_count > 0 THEN'
                ' ARRAY[histogram_bin(s.%1$s_sum / s.%1$s_count) * 65536 + 1] END AS %1$s_histogram', f
            ), ', '),
            kvmgrid.rollup_decoded('domain_samples', '5m'),
            string_agg(format('s.%1$s_sum, s.%1$s_count, s.%1$s_max, s.%1$s_histogram', f), ', '),
            kvmgrid.rollup_decoded('domain_samples', '1h'),
            string_agg(format('s.%1$s_sum, s.%1$s_count, s.%1$s_max, s.%1$s_histogram', f), ', '),
            kvmgrid.rollup_decoded('domain_samples', '1d'),
            string_agg(format('%1$s_mean, %1$s_p95, %1$s_max', f), ', '),
            string_agg(format('excluded.%1$s_mean, excluded.%1$s_p95, excluded.%1$s_max', f), ', ')
        )
        FROM unnest(figures) AS f
    ) USING ids, window_name, until, mark.length, hours, days;
    GET DIAGNOSTICS written_count = ROW_COUNT;
    -- Of those that had nothing, and of those that are not asked any more.
    DELETE FROM kvmgrid.domain_window_values AS w
    WHERE w.window_name = mark.window_name
        AND w.domain_id > mark.after_id
        AND (fill_domain_windows.is_whole OR w.domain_id <= last_id)
        AND w.until < fill_domain_windows.until;
    UPDATE kvmgrid.domain_window_marks AS m SET
        until = CASE WHEN fill_domain_windows.is_whole THEN fill_domain_windows.until ELSE m.until END,
        filling = CASE WHEN NOT fill_domain_windows.is_whole THEN fill_domain_windows.until END,
        after_id = CASE WHEN fill_domain_windows.is_whole THEN 0 ELSE last_id END,
        begun_at = CASE WHEN m.filling IS NULL THEN now_at ELSE m.begun_at END,
        work = CASE WHEN m.filling IS NULL THEN INTERVAL '0' ELSE m.work END + (clock_timestamp() - now_at)
    WHERE m.window_name = mark.window_name;
    RETURN NEXT;
END
$$;

-- The part of a period that whole buckets of a width cover; empty where none fits.
CREATE FUNCTION window_part(since timestamptz, until timestamptz, width interval) RETURNS tstzrange
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT tstzrange(begins.at, greatest(begins.at, time_bucket(width, until)))
    FROM (SELECT time_bucket(width, since + width - INTERVAL '5 minutes') AS at) AS begins
$$;

-- All hosts together in 5 minutes. A ratio needs both of its parts of a host: one that lacks either is in neither.
CREATE TABLE fleet_buckets (
    bucket timestamptz PRIMARY KEY,
    host_count integer NOT NULL,
    cpu_cores double precision,
    cpu_busy_cores double precision,
    memory_total_bytes double precision,
    memory_used_bytes double precision,
    disk_read_bytes_per_second double precision,
    disk_write_bytes_per_second double precision,
    network_receive_bytes_per_second double precision,
    network_transmit_bytes_per_second double precision,
    domain_count double precision,
    domain_running_count double precision,
    domain_vcpu_count double precision,
    domain_memory_assigned_bytes double precision,
    domain_memory_resident_bytes double precision,
    disk_busy_ratio_max real
);
INSERT INTO retention_relations (relation, level, time_column, kind) VALUES ('fleet_buckets', '5m', 'bucket', 'table');

CREATE TABLE fleet_mark (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    done timestamptz NOT NULL
);
INSERT INTO fleet_mark (done) VALUES ('2000-01-01T00:00:00Z');

-- Buckets of hosts that were written again since: a note is removed in the transaction that does so.
CREATE TABLE fleet_late (bucket timestamptz PRIMARY KEY);

CREATE FUNCTION note_late_fleet() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
BEGIN
    INSERT INTO kvmgrid.fleet_late (bucket)
    SELECT DISTINCT n.bucket FROM served AS n WHERE n.subject = 'host' AND n.level = '5m'
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER rollup_late_fleet AFTER DELETE ON rollup_late REFERENCING OLD TABLE AS served
FOR EACH STATEMENT EXECUTE FUNCTION note_late_fleet();

CREATE VIEW fleet_5m AS
SELECT
    bucket, host_count, cpu_cores, cpu_busy_cores, memory_total_bytes, memory_used_bytes,
    disk_read_bytes_per_second, disk_write_bytes_per_second, disk_busy_ratio_max,
    network_receive_bytes_per_second, network_transmit_bytes_per_second,
    domain_count, domain_running_count, domain_vcpu_count, domain_memory_assigned_bytes, domain_memory_resident_bytes
FROM fleet_buckets;

-- Makes at most so many buckets of the fleet: the oldest that are late, then from `done` to where hosts have theirs. Returns
-- as fill_rollup().
CREATE FUNCTION fill_fleet(bucket_count integer) RETURNS TABLE (done timestamptz, target timestamptz, written_count bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
SET jit = off
SET max_parallel_workers_per_gather = 0
SET work_mem = '64MB'
AS $$
DECLARE
    sums constant text[] := ARRAY[
        'disk_read_bytes_per_second', 'disk_write_bytes_per_second', 'network_receive_bytes_per_second',
        'network_transmit_bytes_per_second', 'domain_count', 'domain_running_count', 'domain_vcpu_count',
        'domain_memory_assigned_bytes', 'domain_memory_resident_bytes'
    ];
    since timestamptz;
    late timestamptz[];
    part record;
    part_count bigint;
BEGIN
    IF NOT kvmgrid.is_rollup_worker() THEN
        RETURN;
    END IF;
    SELECT h.done, least(f.done, h.done) INTO target, since
    FROM kvmgrid.fleet_mark AS f
    CROSS JOIN kvmgrid.rollup_marks AS h
    WHERE h.relation = 'host_samples' AND h.level = '5m';
    IF since < target - INTERVAL '1 day' THEN
        SELECT least(target, greatest(since, coalesce(min(c.range_start), target))) INTO since
        FROM timescaledb_information.chunks AS c
        WHERE c.hypertable_schema = 'kvmgrid'
            AND c.hypertable_name = 'host_samples_5m_buckets'
            AND c.range_end > since;
    END IF;
    WITH served AS (
        DELETE FROM kvmgrid.fleet_late AS n
        WHERE n.bucket IN (SELECT o.bucket FROM kvmgrid.fleet_late AS o ORDER BY o.bucket LIMIT bucket_count)
        RETURNING n.bucket
    )
    SELECT array_agg(n.bucket) FILTER (WHERE n.bucket < since) INTO late
    FROM served AS n;
    done := least(target, since + bucket_count * INTERVAL '5 minutes');
    written_count := 0;
    FOR part IN
        SELECT since AS first, fill_fleet.done AS stop, NULL::timestamptz[] AS buckets WHERE since < fill_fleet.done
        UNION ALL
        SELECT min(n), max(n) + INTERVAL '5 minutes', late FROM unnest(late) AS n HAVING count(*) > 0
    LOOP
        EXECUTE format(
            'INSERT INTO kvmgrid.fleet_buckets AS b (bucket, host_count, cpu_cores, cpu_busy_cores, memory_total_bytes,'
            ' memory_used_bytes, disk_busy_ratio_max, %1$s)'
            ' SELECT a.bucket, count(*), sum(a.cpus) FILTER (WHERE a.busy IS NOT NULL), sum(a.cpus * a.busy),'
            ' sum(a.memory) FILTER (WHERE a.available IS NOT NULL), sum(a.memory - a.available), max(a.disk), %2$s'
            ' FROM (SELECT s.bucket, s.cpu_online_count_sum / nullif(s.cpu_online_count_count, 0) AS cpus,'
            ' s.cpu_busy_ratio_sum / nullif(s.cpu_busy_ratio_count, 0) AS busy,'
            ' s.memory_total_bytes_sum / nullif(s.memory_total_bytes_count, 0) AS memory,'
            ' s.memory_available_bytes_sum / nullif(s.memory_available_bytes_count, 0) AS available,'
            ' s.disk_busy_ratio_max AS disk, %3$s FROM (%4$s) AS s'
            ' WHERE s.bucket >= $1 AND s.bucket < $2 AND ($3 IS NULL OR s.bucket = ANY ($3))) AS a'
            ' GROUP BY a.bucket'
            ' ON CONFLICT (bucket) DO UPDATE SET (host_count, cpu_cores, cpu_busy_cores, memory_total_bytes,'
            ' memory_used_bytes, disk_busy_ratio_max, %1$s) = ROW (excluded.host_count, excluded.cpu_cores,'
            ' excluded.cpu_busy_cores, excluded.memory_total_bytes, excluded.memory_used_bytes,'
            ' excluded.disk_busy_ratio_max, %5$s)',
            array_to_string(sums, ', '),
            (SELECT string_agg(format('sum(a.%s)', f), ', ') FROM unnest(sums) AS f),
            (SELECT string_agg(format('s.%1$s_sum / nullif(s.%1$s_count, 0) AS %1$s', f), ', ') FROM unnest(sums) AS f),
            kvmgrid.rollup_decoded('host_samples', '5m'),
            (SELECT string_agg('excluded.' || f, ', ') FROM unnest(sums) AS f)
        ) USING part.first, part.stop, part.buckets;
        GET DIAGNOSTICS part_count = ROW_COUNT;
        written_count := written_count + part_count;
    END LOOP;
    UPDATE kvmgrid.fleet_mark AS f SET done = fill_fleet.done WHERE f.done <> fill_fleet.done;
    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION
    window_part(timestamptz, timestamptz, interval), fill_domain_windows(integer), note_late_fleet(), fill_fleet(integer)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fill_domain_windows(integer), fill_fleet(integer) TO kvmgrid_ingest;
GRANT SELECT ON domain_windows, fleet_5m TO kvmgrid_dashboard;

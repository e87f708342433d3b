-- SPDX-License-Identifier: Apache-2.0
-- Views of one host over time: the samples of its devices one by one, and what its publisher said with each batch.

-- With the figures that the tables have by now; add_figure() appends those that come.
DO $$
DECLARE
    series record;
    figures text;
BEGIN
    FOR series IN
        SELECT s.name, s.key
        FROM (VALUES ('host_disk', 'device'), ('host_interface', 'device'), ('host_filesystem', 'path')) AS s (name, key)
    LOOP
        SELECT string_agg('m.' || quote_ident(attname), ', ' ORDER BY attnum) INTO figures
        FROM pg_attribute
        WHERE attrelid = format('kvmgrid.%I', series.name || '_samples')::regclass
            AND attnum > 0
            AND NOT attisdropped
            AND attname NOT IN ('sampled_at', 'host_id', series.key);
        EXECUTE format(
            'CREATE VIEW kvmgrid.%I AS SELECT m.sampled_at AS time, m.host_id, m.%I, %s FROM kvmgrid.%I AS m',
            series.name || '_metrics', series.key, figures, series.name || '_samples'
        );
    END LOOP;
END
$$;

CREATE VIEW publisher_history AS
SELECT
    sampled_at AS time,
    host_id,
    received_at,
    publisher_version,
    tick_seconds,
    tick_work_seconds,
    epoch,
    sequence,
    boot_id,
    spool_message_count,
    spool_bytes,
    dropped_message_count,
    missed_tick_count,
    cpu_seconds,
    resident_bytes,
    libvirt_version,
    hypervisor_version,
    hypervisor_state,
    hypervisor_reason,
    abandoned_call_count,
    collectors
FROM publisher_reports;

GRANT SELECT ON host_disk_metrics, host_interface_metrics, host_filesystem_metrics, publisher_history TO kvmgrid_dashboard;

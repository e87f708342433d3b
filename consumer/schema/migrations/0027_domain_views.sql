-- SPDX-License-Identifier: Apache-2.0
-- Views of one domain over time: all that were ever known, their names, the samples of their devices, whom an event is about.

-- Domains that libvirt no longer knows are among them; domains_now has the others.
CREATE VIEW domains_known AS
SELECT domain_id, uuid, name, title, autostart, persistent, first_seen_at, removed_at
FROM domains;

CREATE VIEW domain_name_history AS
SELECT n.domain_id, d.uuid, n.name, n.valid_from, n.valid_to
FROM domain_names AS n
JOIN domains AS d USING (domain_id);

SELECT append_view_column('events_named', 'd.uuid', 'domain_uuid');

-- With the figures that the tables have by now; add_figure() appends those that come.
DO $$
DECLARE
    series text;
    figures text;
BEGIN
    FOREACH series IN ARRAY ARRAY['domain_block', 'domain_interface'] LOOP
        SELECT string_agg('m.' || quote_ident(attname), ', ' ORDER BY attnum) INTO figures
        FROM pg_attribute
        WHERE attrelid = format('kvmgrid.%I', series || '_samples')::regclass
            AND attnum > 0
            AND NOT attisdropped
            AND attname NOT IN ('sampled_at', 'domain_id', 'device', 'host_id');
        EXECUTE format(
            'CREATE VIEW kvmgrid.%I AS SELECT m.sampled_at AS time, m.domain_id, m.device, m.host_id, %s FROM kvmgrid.%I AS m',
            series || '_metrics', figures, series || '_samples'
        );
    END LOOP;
END
$$;

GRANT SELECT ON domains_known, domain_name_history, domain_block_metrics, domain_interface_metrics TO kvmgrid_dashboard;

-- As before, with the views of the samples of devices.
CREATE OR REPLACE FUNCTION add_figure(
    relation text,
    figure text,
    type text,
    rolled_up boolean DEFAULT true,
    histogram boolean DEFAULT false,
    in_now boolean DEFAULT true
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    subject text;
    metrics text := replace(relation, '_samples', '_metrics');
    entry text;
BEGIN
    SELECT r.subject INTO STRICT subject FROM kvmgrid.rollup_relations AS r WHERE r.relation = add_figure.relation;
    FOREACH entry IN ARRAY ARRAY[relation, relation || '_elsewhere', replace(relation, subject || '_samples', subject || '_latest')]
    LOOP
        IF to_regclass('kvmgrid.' || entry) IS NOT NULL THEN
            EXECUTE format('ALTER TABLE kvmgrid.%I ADD COLUMN IF NOT EXISTS %I %s', entry, figure, type);
        END IF;
    END LOOP;
    IF to_regclass('kvmgrid.' || metrics) IS NOT NULL THEN
        PERFORM kvmgrid.append_view_column(metrics, 'm.' || quote_ident(figure), figure);
    END IF;
    IF in_now AND relation = subject || '_samples' THEN
        PERFORM kvmgrid.append_view_column(subject || 's_now', 'l.' || quote_ident(figure), figure);
    END IF;
    IF rolled_up THEN
        INSERT INTO kvmgrid.rollup_figures (relation, figure, has_histogram) VALUES (relation, figure, histogram);
        FOR entry IN SELECT l.level FROM kvmgrid.rollup_levels AS l ORDER BY l.width LOOP
            PERFORM kvmgrid.make_rollup_table(relation, entry);
        END LOOP;
        FOR entry IN SELECT '1m' UNION ALL (SELECT l.level FROM kvmgrid.rollup_levels AS l ORDER BY l.width) LOOP
            PERFORM kvmgrid.replace_rollup_view(relation, entry);
        END LOOP;
    END IF;
END
$$;

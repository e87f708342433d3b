# SPDX-License-Identifier: Apache-2.0
"""What a level shows, compared with an aggregate of samples: every declared figure, state and histogram.

Counts, least and greatest values, states and histograms are equal. A sum is added up in another
order; it differs by no more than 1e-9 of the sum of the magnitudes.
"""

from typing import Final

import psycopg

from consumer.schema.levels import LEVEL_SECONDS
from deploy.figures.registry import KEYS as DEVICE_KEYS
from deploy.figures.registry import STRUCTS, figures_by_table

WIDTHS: Final = {level: f"{seconds:g} seconds" for level, seconds in LEVEL_SECONDS.items()}
KEYS: Final = {
    table: ", ".join(
        [f"{table.split('_')[0]}_id"]
        + [name for struct in structs for name in struct.__struct_fields__ if name in DEVICE_KEYS]
    )
    for table, structs in STRUCTS.items()
}
STATES: Final = {
    "host_samples": {
        "health_good": "health_state = 'good'",
        "health_strained": "health_state = 'strained'",
        "health_bad": "health_state = 'bad'",
        "health_unknown": "health_state NOT IN ('good', 'strained', 'bad')",
    },
    "domain_samples": {
        "state_running": "state IN (1, 2)",
        "state_paused": "state = 3",
        "state_off": "state = 5",
        "state_other": "state IN (0, 4, 6, 7)",
    },
}
# The buckets that are kept at the level, and differ; with the names of the columns that do.
UNLIKE = """
WITH made AS (
    SELECT time_bucket(INTERVAL '{width}', sampled_at) AS bucket, {keys}, count(*) AS sample_count{aggregates}
    FROM {samples} GROUP BY 1, {keys}
), means AS (
    SELECT time_bucket(INTERVAL '{width}', bucket) AS bucket, {keys}{bins}
    FROM (
        SELECT time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket, {keys}{means}
        FROM {samples} GROUP BY 1, {keys}
    ) AS of_5m
    GROUP BY 1, {keys}
)
SELECT bucket::text, ({keys})::text, made_count, shown_count, columns
FROM (
    SELECT bucket, {keys}, m.sample_count AS made_count, r.sample_count AS shown_count,
        array_remove(ARRAY[{unlike}], NULL) AS columns
    FROM (SELECT * FROM made JOIN means USING (bucket, {keys})) AS m
    FULL JOIN {relation}_{level} AS r USING (bucket, {keys})
) AS compared
WHERE cardinality(columns) > 0
    AND bucket >= (SELECT kept_from FROM rollup_marks WHERE relation = '{relation}' AND level = '{level}')
    {condition}
UNION ALL
SELECT bucket::text, ({keys})::text, NULL, sample_count, ARRAY['written before it is done']
FROM {relation}_{level}_buckets
WHERE bucket >= (SELECT done FROM rollup_marks WHERE relation = '{relation}' AND level = '{level}')
"""
# Buckets that have to be written again are not looked at.
UNNOTED = """
    AND ({entity}, bucket) NOT IN (
        SELECT entity_id, time_bucket(INTERVAL '{width}', bucket) FROM rollup_late WHERE subject = '{subject}'
    )
"""
AGGREGATES = """
    , count({0}) AS {0}_count, sum({0}::double precision) AS {0}_sum, min({0}) AS {0}_min,
    max({0}) AS {0}_max, sum(abs({0}::double precision)) AS {0}_size
"""
BINS = """
    , array_agg(histogram_bin({0}) ORDER BY histogram_bin({0})) FILTER (WHERE {0} IS NOT NULL) AS {0}_bins
"""
UNLIKE_SUM = """
    CASE WHEN (m.{0}_sum IS NULL) <> (r.{0}_sum IS NULL) OR abs(m.{0}_sum - r.{0}_sum) > 1e-9 * m.{0}_size
        THEN '{0}_sum' END
"""
UNLIKE_HISTOGRAM = """
    CASE WHEN m.{0}_bins IS DISTINCT FROM (
        SELECT array_agg(element / 65536 ORDER BY element / 65536)
        FROM unnest(r.{0}_histogram) AS element
        CROSS JOIN LATERAL generate_series(1, mod(element, 65536))
    ) THEN '{0}_histogram' END
"""
UNLIKE_OTHER = "CASE WHEN m.{0} IS DISTINCT FROM r.{0} THEN '{0}' END"


def unlike_query(relation: str, level: str, *, samples: str = "", unnoted: bool = False) -> str:
    """Return the query of the buckets that are not what the samples give, with the columns that differ.

    ``samples``: the table of the samples that count, if it is not that of the relation. ``unnoted``: only
    buckets for which no note waits.
    """
    declared = {name: each.figure for name, each in figures_by_table()[relation].items()}
    figures = [name for name, figure in declared.items() if figure.rolled_up]
    histograms = [name for name in figures if declared[name].histogram and level != "5m"]
    states = STATES.get(relation, {})
    equal = ["sample_count", *(f"{state}_count" for state in states)]
    equal += [f"{name}_{part}" for name in figures for part in ("count", "min", "max")]
    unlike = [UNLIKE_OTHER.format(name) for name in equal]
    unlike += [UNLIKE_SUM.format(name) for name in figures]
    unlike += [UNLIKE_HISTOGRAM.format(name) for name in histograms]
    subject = relation.split("_", maxsplit=1)[0]
    names = {"width": WIDTHS[level], "subject": subject, "entity": f"{subject}_id"}
    return UNLIKE.format(
        relation=relation,
        level=level,
        keys=KEYS[relation],
        samples=samples or relation,
        aggregates="".join(AGGREGATES.format(name) for name in figures)
        + "".join(
            f", count(*) FILTER (WHERE {condition}) AS {state}_count" for state, condition in states.items()
        ),
        means="".join(f", avg({name}::double precision) AS {name}" for name in histograms),
        bins="".join(BINS.format(name) for name in histograms),
        unlike=", ".join(unlike),
        condition=UNNOTED.format_map(names) if unnoted else "",
        **names,
    )


def unlike(
    connection: psycopg.Connection, relation: str, level: str, *, samples: str = "", unnoted: bool = False
) -> list[tuple[object, ...]]:
    """Return start and key of each such bucket, samples that it has and shows, and the columns."""
    query = unlike_query(relation, level, samples=samples, unnoted=unnoted)
    return connection.execute(query.encode()).fetchall()

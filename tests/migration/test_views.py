# SPDX-License-Identifier: Apache-2.0
"""The views: what they answer with known rows, as the dashboard's role, and what they must not read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.migration.rolling_up import make_windows, roll_up
from tests.migration.seeding import seed_contest, seed_plain_tables, seed_samples

TICK = timedelta(seconds=10)
HOUR = timedelta(hours=1)
VIEWS = "SELECT viewname FROM pg_views WHERE schemaname = 'kvmgrid' ORDER BY 1"
FRESHNESS_AND_HEALTH = "SELECT freshness, health_state FROM hosts_now"
Plan = dict[str, Any]


def nodes(plan: Plan) -> Iterator[Plan]:
    """Return a node of a plan and everything below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def explain(connection: psycopg.Connection, view: str) -> list[Plan]:
    """Return the nodes of the plan that reads all of a view."""
    statement = sql.SQL("EXPLAIN (FORMAT json) SELECT * FROM {}").format(sql.Identifier(view))
    (plans,) = connection.execute(statement).fetchone() or ([],)
    return [node for plan in plans for node in nodes(plan["Plan"])]


def move(connection: psycopg.Connection, age: timedelta) -> None:
    """Let the newest sample of everything be of a certain age."""
    for table in ("host_latest", "domain_latest"):
        connection.execute(
            sql.SQL("UPDATE {} SET sampled_at = now() - %s").format(sql.Identifier(table)), [age]
        )


def seed(owner: psycopg.Connection) -> None:
    """Store a row for every view but those of levels."""
    now = datetime.now(UTC)
    seed_plain_tables(owner, now)
    seed_samples(owner, now - HOUR, 360, TICK)


@pytest.fixture
def undone(shared_owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Give an owner's transaction in a migrated database, which is undone."""
    with shared_owner.transaction(force_rollback=True):
        yield shared_owner


@pytest.fixture
def seeded(undone: psycopg.Connection) -> psycopg.Connection:
    """Give that transaction with a row for every view."""
    seed(undone)
    return undone


def test_every_view_answers_a_dashboard(
    owner: psycopg.Connection, ingest: psycopg.Connection, dashboard: psycopg.Connection
) -> None:
    """The dashboard's role reads every view, and finds rows in each."""
    seed(owner)
    seed_contest(owner)
    roll_up(ingest)
    make_windows(ingest)
    counts = {
        view: dashboard.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(view))).fetchone()
        for (view,) in owner.execute(VIEWS).fetchall()
    }

    assert 57 == len(counts)
    assert {} == {view: count for view, count in counts.items() if count == (0,)}


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (1 * TICK, ("fresh", "good")),
        (3 * TICK, ("late", "good")),
        (6 * TICK, ("stale", "unknown")),
    ],
)
def test_a_silent_host_goes_late_and_stale(
    seeded: psycopg.Connection, age: timedelta, expected: tuple[str, str]
) -> None:
    """After 2 ticks a host is late, after 5 stale; then nobody knows its health."""
    move(seeded, age)

    assert expected == seeded.execute(FRESHNESS_AND_HEALTH).fetchone()
    assert [expected[0]] == [row for (row,) in seeded.execute("SELECT freshness FROM domains_now")]


def test_a_view_says_from_when_a_host_and_its_domains_are_stale(seeded: psycopg.Connection) -> None:
    """Five ticks after the newest sample, by the ticks of the host; the freshness goes by it."""
    move(seeded, 5 * TICK)

    for view in ("hosts_now", "domains_now"):
        query = sql.SQL("SELECT sampled_at, stale_at, (freshness = 'stale') = (now() > stale_at) FROM {}")
        ((sampled_at, stale_at, goes_by_it),) = seeded.execute(query.format(sql.Identifier(view))).fetchall()
        assert (sampled_at + 5 * TICK, True) == (stale_at, goes_by_it)


@pytest.mark.parametrize(
    ("sampled", "received", "expected"),
    [(HOUR, TICK / 2, True), (HOUR, 6 * TICK, False), (HOUR, HOUR, False), (TICK / 2, TICK / 2, False)],
)
def test_a_host_whose_old_samples_arrive_now_is_catching_up(
    seeded: psycopg.Connection, sampled: timedelta, received: timedelta, *, expected: bool
) -> None:
    """A host that sends its past is told from one that has fallen silent, and from a live one."""
    move(seeded, sampled)
    seeded.execute("UPDATE host_latest SET received_at = now() - %s", [received])

    assert [(expected,)] == seeded.execute("SELECT is_catching_up FROM hosts_now").fetchall()


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.1.0+simulated", True), ("0.1.0", False), (None, False), ("simulated", False)],
)
def test_the_version_says_that_a_host_is_simulated(
    seeded: psycopg.Connection, version: str | None, *, expected: bool
) -> None:
    """The load generator marks its versions; a host without a version is none of its hosts."""
    seeded.execute("UPDATE hosts SET publisher_version = %s", [version])

    assert [(expected,)] == seeded.execute("SELECT is_simulated FROM hosts_now").fetchall()


@pytest.mark.parametrize(
    ("claimed", "received", "offset_seconds", "expected"),
    [
        (-HOUR, TICK / 2, 3600.0, ("fresh", "good")),
        (-HOUR, 6 * TICK, 3600.0, ("stale", "unknown")),
        (HOUR, TICK / 2, -3600.0, ("fresh", "good")),
        (HOUR + 6 * TICK, TICK / 2, -3600.0, ("stale", "unknown")),
        (-HOUR, None, None, ("fresh", "good")),
    ],
)
def test_a_sample_is_as_old_as_others_say(
    seeded: psycopg.Connection,
    claimed: timedelta,
    received: timedelta | None,
    offset_seconds: float | None,
    expected: tuple[str, str],
) -> None:
    """A host whose clock is off is fresh while it reports, and stale when silent, by the time here."""
    move(seeded, claimed)
    seeded.execute("UPDATE host_latest SET clock_offset_seconds = %s", [offset_seconds])
    for table in ("host_latest", "domain_latest"):
        if received is not None:
            received_at = sql.SQL("UPDATE {} SET received_at = now() - %s").format(sql.Identifier(table))
            seeded.execute(received_at, [received])
    if received is None:
        seeded.execute("UPDATE host_latest SET received_at = now()")

    assert expected == seeded.execute(FRESHNESS_AND_HEALTH).fetchone()
    assert [(expected[0],)] == seeded.execute("SELECT freshness FROM domains_now").fetchall()
    for view in ("hosts_now", "pipeline_now"):
        age = sql.SQL("SELECT staleness_seconds FROM {}").format(sql.Identifier(view))
        ((seconds,),) = seeded.execute(age).fetchall()
        assert seconds < 2 * HOUR.total_seconds()
        assert ("stale" == expected[0]) == (seconds > 5 * TICK.total_seconds())


def test_a_host_without_a_sample_is_stale(undone: psycopg.Connection) -> None:
    """A host that an event made known is listed, without figures."""
    undone.execute("INSERT INTO hosts (host, first_seen_at) VALUES ('hv9', now())")

    assert ("stale", "unknown") == undone.execute(FRESHNESS_AND_HEALTH).fetchone()
    assert (None, None) == undone.execute(
        "SELECT staleness_seconds, cpu_busy_ratio FROM hosts_now"
    ).fetchone()
    assert (None, False, False) == undone.execute(
        "SELECT stale_at, is_catching_up, is_simulated FROM hosts_now"
    ).fetchone()


def test_a_domain_has_its_state_in_words(seeded: psycopg.Connection) -> None:
    """Known numbers become virsh's words, unknown ones stay readable as numbers."""
    words = "SELECT host, state_name, state_reason_name, libvirt_id FROM domains_now"
    assert ("hv1", "running", "booted", 7) == seeded.execute(words).fetchone()

    seeded.execute("UPDATE domain_latest SET state = 42, state_reason = 43")
    assert ("hv1", "state 42", "reason 43", 7) == seeded.execute(words).fetchone()


def test_a_removed_domain_is_not_listed(seeded: psycopg.Connection) -> None:
    """domains_now holds what libvirt still knows; the history keeps the rest."""
    seeded.execute("UPDATE domains SET removed_at = now()")

    assert (0,) == seeded.execute("SELECT count(*) FROM domains_now").fetchone()
    assert (360,) == seeded.execute("SELECT count(*) FROM domain_metrics").fetchone()


def test_gaps_name_what_is_missing_and_what_was_given_up(seeded: psycopg.Connection) -> None:
    """The messages 1, 2 (an event), 3 and 6 came; 4 and 5 are missing, and both were reported as dropped."""
    gaps = (
        "SELECT host, epoch, first_missing, last_missing, missing_count, reported_dropped_count"
        " FROM publisher_gaps"
    )
    assert [("hv1", "00000000000000aa", 4, 5, 2, 2)] == seeded.execute(gaps).fetchall()

    seeded.execute("UPDATE dropped_ranges SET last_sequence = 4")
    seeded.execute("DELETE FROM events")
    assert [(2, 2, 1, 0), (4, 5, 2, 1)] == [row[2:] for row in seeded.execute(gaps + " ORDER BY 3")]


def test_the_edge_of_the_week_is_no_gap(undone: psycopg.Connection) -> None:
    """A message just older than the window may fill a hole beside its edge, which is thus not reported."""
    seed_plain_tables(undone, datetime.now(UTC) - timedelta(days=6, hours=23, minutes=30))

    assert [] == undone.execute("SELECT * FROM publisher_gaps").fetchall()


@pytest.mark.parametrize(("level", "other"), [("events", "reports"), ("reports", "events")])
def test_what_is_kept_no_longer_is_no_gap(undone: psycopg.Connection, level: str, other: str) -> None:
    """Where events are kept for three hours, the reports of four hours ago show no holes in their place."""
    seed_plain_tables(undone, datetime.now(UTC) - 4 * HOUR)
    assert [(4, 5)] == undone.execute("SELECT first_missing, last_missing FROM publisher_gaps").fetchall()
    undone.execute("UPDATE retention SET keep = %s WHERE level = %s", [3 * HOUR, level])
    undone.execute("UPDATE retention SET keep = NULL WHERE level = %s", [other])

    assert [] == undone.execute("SELECT * FROM publisher_gaps").fetchall()


def test_a_domain_known_from_events_alone_is_not_listed(seeded: psycopg.Connection) -> None:
    """Nobody knows its state, and no list of its host will ever tell that it is gone."""
    seeded.execute("DELETE FROM domain_latest")

    assert (0,) == seeded.execute("SELECT count(*) FROM domains_now").fetchone()


def test_the_pipeline_shows_the_newest_report(seeded: psycopg.Connection) -> None:
    """The report that belongs to the newest sample is shown, with the lag of its way."""
    assert ("hv1", "0.1.0", 6, 2.0) == seeded.execute(
        "SELECT host, publisher_version, sequence, lag_seconds FROM pipeline_now"
    ).fetchone()


def test_a_rollup_has_count_sum_min_and_max(undone: psycopg.Connection) -> None:
    """The four columns of a figure add up to the raw samples, nulls left out."""
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    seed_samples(undone, start, 360, TICK)
    raw = undone.execute(
        "SELECT count(*), count(cpu_cores), sum(cpu_cores::float8), min(cpu_cores), max(cpu_cores)"
        " FROM domain_samples"
    ).fetchone()

    for level, buckets in (("1m", 60), ("5m", 12), ("1h", 1), ("1d", 1)):
        statement = sql.SQL(
            "SELECT count(*), (sum(sample_count)::int, sum(cpu_cores_count)::int, sum(cpu_cores_sum),"
            " min(cpu_cores_min), max(cpu_cores_max))::text, min(bucket) FROM {}"
        ).format(sql.Identifier(f"domain_samples_{level}"))
        first = start.replace(hour=0) if level == "1d" else start
        expected = undone.execute("SELECT (%s::int, %s::int, %s::float8, %s::float4, %s::float4)::text", raw)
        assert (buckets, *(expected.fetchone() or ()), first) == undone.execute(statement).fetchone()


@pytest.mark.parametrize("view", ["hosts_now", "domains_now"])
def test_now_reads_no_time_series(seeded: psycopg.Connection, view: str) -> None:
    """The pages that everybody watches touch one small row per host and domain, whatever the history."""
    read = {node["Relation Name"] for node in explain(seeded, view) if "Relation Name" in node}

    assert read
    assert read <= {
        "hosts",
        "host_latest",
        "domains",
        "domain_latest",
        "domain_states",
        "domain_state_reasons",
    }


def test_the_pipeline_finds_its_reports_by_key(seeded: psycopg.Connection) -> None:
    """With a day of reports, pipeline_now probes the key once per host and scans none of them.

    Half of them are to come: a chunk that has only begun is small enough for a scan.
    """
    seeded.execute(
        "INSERT INTO publisher_reports (host_id, sampled_at, received_at, epoch, sequence, boot_id,"
        " publisher_version, tick_seconds, spool_message_count, spool_bytes, dropped_message_count,"
        " missed_tick_count, hypervisor_state, abandoned_call_count, collectors)"
        " SELECT 1, now() + (4320 - i) * INTERVAL '10 seconds', now(), 'epoch', i, 'boot', '0.1.0',"
        " 10, 0, 0, 0, 0, 'connected', 0, '[]' FROM generate_series(1, 8640) AS i"
    )
    seeded.execute("ANALYZE")
    scans = {
        node["Node Type"]
        for node in explain(seeded, "pipeline_now")
        if node.get("Schema", "") == "_timescaledb_internal" or "_hyper_" in node.get("Relation Name", "")
    }

    assert {"Index Scan"} == scans


def test_a_bounded_rollup_reads_the_chunks_in_view(undone: psycopg.Connection) -> None:
    """The bound on bucket reaches the raw chunks: of ten days, an hour reads one."""
    now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    seed_samples(undone, now - 9 * timedelta(days=1), 10, timedelta(days=1))
    (plan,) = undone.execute(
        "EXPLAIN (FORMAT json) SELECT * FROM host_samples_1m"
        " WHERE bucket >= '2026-01-15 11:30Z' AND bucket < '2026-01-15 12:30Z'"
    ).fetchone() or ([],)
    chunks = {node["Relation Name"] for node in nodes(plan[0]["Plan"]) if "Relation Name" in node}

    assert 1 == len(chunks)

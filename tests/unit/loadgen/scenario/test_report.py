# SPDX-License-Identifier: Apache-2.0
"""The verdict, exit status and the three forms of a report."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from loadgen.scenario import report, report_page
from loadgen.scenario.comparison import Point, StepResult
from loadgen.scenario.report import ChangeResult, Levels, Machine, Report, RunStatus

STEP = StepResult(
    commanded_ratio=0.3,
    sample_count=7,
    true_ratio=0.31,
    measured_ratio=0.32,
    error_ratio=0.01,
    largest_error_ratio=0.02,
    reached=True,
    met=True,
    others={"latency_seconds": 0.0021, "guest_kernel": 0.29},
)
LEVELS = Levels(
    subject="domain_cpu",
    true="qemu_process",
    measured="cpu_ratio",
    error_limit_ratio=0.03,
    steps=[STEP],
    points=[
        Point(
            at_seconds=1_760_000_002.0,
            interval_seconds=2.0,
            measured={"cpu_ratio": 0.32},
            true={"qemu_process": 0.31, "guest_kernel": None},
        )
    ],
    commanded=[(1_760_000_000.0, 0.3), (1_760_000_040.0, 0.3)],
    late_seconds=0.1,
    late_limit_seconds=2.0,
)
PAUSED = ChangeResult(
    action="pause",
    domain="web-1",
    shown="state_name of web-1 is paused",
    begun_at=datetime(2026, 1, 1, tzinfo=UTC),
    seconds=1.5,
    limit_seconds=5.0,
)
ON_PAGE = msgspec.structs.replace(PAUSED, page_seconds=2.2, page_limit_seconds=8.0)
REPORT = Report(
    run="0a1b2c3d",
    scenario="vm_cpu",
    purpose="</script><script>alert(1)</script>",
    seed=1,
    begun_at=datetime(2026, 1, 1, tzinfo=UTC),
    ended_at=datetime(2026, 1, 1, 0, 2, tzinfo=UTC),
    machine=Machine(
        host="hv001",
        kernel="6.12",
        cpu_count=2,
        memory_total_bytes=4_000_000_000,
        tick_seconds=2.0,
        publisher_version="1",
        loadgen_version="1",
        load_at_begin=0.5,
        load_at_end=1.5,
    ),
    notes=["a note"],
    levels=LEVELS,
)


def with_step(**changes: object) -> Report:
    """Return the report with another step."""
    step = msgspec.structs.replace(STEP, **changes)
    return msgspec.structs.replace(REPORT, levels=msgspec.structs.replace(LEVELS, steps=[step]))


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (REPORT, RunStatus.MET, "met"),
        (with_step(met=False, error_ratio=0.08), RunStatus.MISSED, "+8.0"),
        (with_step(met=False, error_ratio=None), RunStatus.MISSED, "no sample was stored"),
        (with_step(reached=False), RunStatus.INVALID, "30.0% was commanded, 31.0% was true"),
        (with_step(reached=False, met=False), RunStatus.INVALID, "invalid"),
        (
            msgspec.structs.replace(REPORT, levels=msgspec.structs.replace(LEVELS, late_seconds=9.0)),
            RunStatus.INVALID,
            "9.0 s late",
        ),
        (msgspec.structs.replace(REPORT, levels=None, changes=[PAUSED]), RunStatus.MET, "1.50 s"),
        (
            msgspec.structs.replace(
                REPORT, levels=None, changes=[msgspec.structs.replace(PAUSED, shown_before=True)]
            ),
            RunStatus.INVALID,
            "was so before",
        ),
        (
            msgspec.structs.replace(
                REPORT, levels=None, changes=[msgspec.structs.replace(PAUSED, seconds=None)]
            ),
            RunStatus.MISSED,
            "not stored within 5.0 s",
        ),
        (
            msgspec.structs.replace(REPORT, levels=None, changes=[ON_PAGE]),
            RunStatus.MET,
            "page 2.20 s of 8.0",
        ),
        (
            msgspec.structs.replace(
                REPORT, levels=None, changes=[msgspec.structs.replace(ON_PAGE, page_seconds=None)]
            ),
            RunStatus.MISSED,
            "not on the page within 8.0 s",
        ),
    ],
)
def test_the_verdict_is_told(made: Report, code: RunStatus, words: str) -> None:
    """Exit status and terminal agree; a run that proves nothing is neither met nor missed."""
    assert code == made.exit_code
    assert words in report.summary(made)
    assert made.verdict in report.summary(made)


def test_the_statuses_are_those_of_the_help() -> None:
    """0 met, 1 missed, 3 invalid."""
    assert (0, 1, 3) == (RunStatus.MET, RunStatus.MISSED, RunStatus.INVALID)


def test_the_json_has_the_verdict_and_decodes_again() -> None:
    """What is written can be read as what it was."""
    tree = json.loads(report.encode(REPORT))

    assert "met" == tree["verdict"]
    assert REPORT == msgspec.json.decode(report.encode(REPORT), type=Report)


@pytest.mark.parametrize(
    "made", [REPORT, msgspec.structs.replace(REPORT, levels=None, changes=[PAUSED, ON_PAGE])]
)
def test_the_page_needs_nothing_else_and_ends_no_script(made: Report) -> None:
    """One file that may not fetch, in which no text of ours is markup."""
    text = report_page.render(made)

    assert "default-src 'none'" in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert 2 == text.count("</script>\n")

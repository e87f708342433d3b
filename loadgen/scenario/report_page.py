# SPDX-License-Identifier: Apache-2.0
"""The report as one HTML file that needs nothing else: no server, no other origin, no network at all.

Plotly's JavaScript comes from the installed distribution and stands in the file.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from string import Template
from typing import Any

from loadgen.errors import LoadgenError
from loadgen.scenario.report import Levels, Report, figure, percent

_SCRIPT = "plotly/package_data/plotly.min.js"
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_TEMPLATE = Path(__file__).with_name("report_page.html")


def render(report: Report) -> str:
    """Return the page of a report."""
    figures = [_levels_figure(report.levels), _error_figure(report.levels)] if report.levels else []
    if report.changes:
        figures.append(_changes_figure(report))
    reasons = [*report.invalid_because(), *report.missed()]
    facts = {
        "run": report.run,
        "begun": f"{report.begun_at:%Y-%m-%d %H:%M:%S} UTC",
        "ended": f"{report.ended_at:%Y-%m-%d %H:%M:%S} UTC",
        "seed": report.seed,
        "host": report.machine.host,
        "kernel": report.machine.kernel,
        "CPUs": report.machine.cpu_count,
        "memory": f"{report.machine.memory_total_bytes / 1e9:.1f} GB",
        "a sample every": f"{report.machine.tick_seconds:g} s",
        "load average": f"{report.machine.load_at_begin:.1f} to {report.machine.load_at_end:.1f}",
        "publisher": report.machine.publisher_version,
        "load generator": report.machine.loadgen_version,
    }
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(report.scenario),
        purpose=escape(report.purpose),
        verdict=report.verdict,
        reasons="".join(f"<li>{escape(reason)}</li>" for reason in reasons),
        table=_level_table(report.levels) if report.levels else _change_table(report),
        notes="".join(f"<li>{escape(note)}</li>" for note in report.notes),
        facts="".join(f"<dt>{escape(key)}</dt><dd>{escape(str(value))}</dd>" for key, value in facts.items()),
        places="".join(f'<div class="figure" id="figure-{index}"></div>' for index in range(len(figures))),
        script=_script(),
        # "</" would end the script element, whatever stands around it.
        figures=json.dumps(figures).replace("</", "<\\/"),
    )


def _script() -> str:
    try:
        return Path(str(distribution("plotly").locate_file(_SCRIPT))).read_text(encoding="utf-8")
    except (PackageNotFoundError, OSError) as error:
        raise LoadgenError("the page needs plotly: pip install 'kvmgrid[loadgen]'") from error


def _level_table(levels: Levels) -> str:
    head = (
        "step",
        "commanded",
        "true",
        "measured",
        "error",
        "largest of a sample",
        "samples",
        "",
        "beside it",
    )
    rows: list[tuple[str, ...]] = []
    for number, step in enumerate(levels.steps, 1):
        state = ("met" if step.met else "missed") if step.reached else "not reached"
        rows.append(
            (
                str(number),
                percent(step.commanded_ratio),
                percent(step.true_ratio),
                percent(step.measured_ratio),
                percent(step.error_ratio, signed=True),
                percent(step.largest_error_ratio),
                str(step.sample_count),
                state,
                ", ".join(f"{name} {figure(name, v)}" for name, v in step.others.items() if v is not None),
            )
        )
    return _table(head, rows)


def _change_table(report: Report) -> str:
    rows: list[tuple[str, ...]] = [
        (
            change.action,
            change.domain,
            change.shown,
            _seconds(change.seconds, change.limit_seconds),
            _seconds(change.page_seconds, change.page_limit_seconds),
        )
        for change in report.changes
    ]
    return _table(("action", "VM", "shows as", "stored", "on the page"), rows)


def _seconds(seconds: float | None, limit_seconds: float | None) -> str:
    if limit_seconds is None:
        return "not measured"
    return f"{'never' if seconds is None else f'{seconds:.2f} s'} of {limit_seconds:.1f} s"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def _levels_figure(levels: Levels) -> dict[str, Any]:
    """Commanded, true and measured over time; what else is a share is there too, hidden at first."""
    times = [_instant(point.at_seconds) for point in levels.points]
    traces: list[dict[str, Any]] = [
        {
            "name": "commanded",
            "x": [_instant(second) for second, _ in levels.commanded],
            "y": [level * 100 for _, level in levels.commanded],
            "line": {"shape": "hv", "color": "#888888", "dash": "dash"},
            "mode": "lines",
        }
    ]
    named = [
        (name, [point.true[name] for point in levels.points])
        for name in (levels.points[0].true if times else ())
    ]
    named += [
        (name, [point.measured[name] for point in levels.points])
        for name in (levels.points[0].measured if times else ())
        if name.endswith("_ratio")
    ]
    for index, (name, values) in enumerate(named):
        compared = name in {levels.true, levels.measured}
        kind = " (true)" if name == levels.true else " (measured)" if name == levels.measured else ""
        traces.append(
            {
                "name": name + kind,
                "x": times,
                "y": [None if value is None else value * 100 for value in values],
                "mode": "lines+markers",
                "marker": {"symbol": "x" if name == levels.measured else "circle"},
                "line": {"color": _COLOURS[index % len(_COLOURS)]},
                "visible": True if compared else "legendonly",
            }
        )
    return {"data": traces, "layout": _layout("%", "what was commanded, what was true, what was stored")}


def _error_figure(levels: Levels) -> dict[str, Any]:
    """How far each sample was from the truth, between the limits for the mean of a step."""
    both = [
        (point.at_seconds, point.measured[levels.measured], point.true[levels.true])
        for point in levels.points
    ]
    known = [(at, stored - true) for at, stored, true in both if stored is not None and true is not None]
    limit = levels.error_limit_ratio * 100
    layout = _layout("points", "stored less true, for each sample (the limit is for the mean of a step)")
    layout["shapes"] = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": {"dash": "dot"}}
        for y in (limit, -limit)
    ]
    bars = {
        "type": "bar",
        "name": "error",
        "x": [_instant(at) for at, _ in known],
        "y": [error * 100 for _, error in known],
    }
    return {"data": [bars], "layout": layout}


def _changes_figure(report: Report) -> dict[str, Any]:
    changes = report.changes
    labels = [f"{number}. {change.action} {change.domain}" for number, change in enumerate(changes, 1)]
    stored, page = _COLOURS[:2]
    traces = [
        _bars("stored", stored, labels, [change.seconds for change in changes]),
        _lines("limit", stored, labels, [change.limit_seconds for change in changes]),
        _bars("on the page", page, labels, [change.page_seconds for change in changes]),
        _lines("limit on the page", page, labels, [change.page_limit_seconds for change in changes]),
    ]
    layout = _layout("seconds", "from the onset to the view in the database, and to the page")
    layout["xaxis"] = {"type": "category"}
    return {"data": traces, "layout": layout}


def _bars(name: str, colour: str, labels: list[str], seconds: list[float | None]) -> dict[str, Any]:
    return {"type": "bar", "name": name, "x": labels, "y": seconds, "marker": {"color": colour}}


def _lines(name: str, colour: str, labels: list[str], seconds: Sequence[float | None]) -> dict[str, Any]:
    marker = {"symbol": "line-ew-open", "size": 40, "color": colour}
    return {"name": name, "x": labels, "y": seconds, "mode": "markers", "marker": marker}


def _layout(unit: str, title: str) -> dict[str, Any]:
    return {
        "title": {"text": title},
        "yaxis": {"title": {"text": unit}, "rangemode": "tozero"},
        "xaxis": {"type": "date", "title": {"text": "UTC"}},
        "legend": {"orientation": "h", "y": -0.2},
        "template": "none",
    }


def _instant(second: float) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat(timespec="milliseconds").replace("+00:00", "")

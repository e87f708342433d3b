# SPDX-License-Identifier: Apache-2.0
"""What a person sees: the answers that a browser gets on the page of a host, at its period.

The answer is what the browser draws when it arrives; the drawing itself is in no figure. The figures are
read from the table of VMs as they are written there, rounded for people.
"""

import json
import re
from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from loadgen.errors import PageError

_TIMEOUT_SECONDS = 10.0
# Names of the dashboard's elements and of its callback.
_PARTS, _CHART = "host-parts", "host-chart"
_NOTICE = "notice"
_REFRESH = "data-refresh-seconds"
_CALL: dict[str, Any] = {
    "output": f"..{_PARTS}.update...{_CHART}.update..",
    "outputs": [{"id": _PARTS, "property": "update"}, {"id": _CHART, "property": "update"}],
    "changedPropIds": [f"{_PARTS}.request_number"],
}
_NUMBER = re.compile(r"([\d.]+)\s?(\S*)")
_SCALES = {"": 1.0, "%": 0.01} | {
    f"{prefix}B": 1024.0**power for power, prefix in enumerate(("", "Ki", "Mi", "Gi", "Ti", "Pi"))
}


class Shown(NamedTuple):
    """What the page of a host shows now: the table of its VMs, and names that are sent once."""

    table: list[Any]
    parts: dict[str, str]
    chart: dict[str, str]


class Viewer:
    """A browser that has the pages of some hosts open. Every method raises PageError."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._number = 0
        self._shown: dict[str, Shown] = {}
        self.refresh_seconds = _refresh_seconds(self._fetch("/_dash-layout"))

    def value(self, host: str, uuid: str, column: str) -> object:
        """Request anew and return what the page of a host shows for a column of ``domains_now``.

        None for what is not known, not shown, or of a VM that is not there. The column ``host`` gives the
        host itself where the VM is in its table.
        """
        shown = self._request(host)
        row = next((row for row in _elements(shown.table, "tr") if row[1].get("id") == f"vm-{uuid}"), None)
        # A notice hides the page: that there is no such host, for instance.
        if row is None or _NOTICE in shown.parts:
            return None
        if column == "host":
            return host
        heading, read = COLUMNS[column]
        headings = [_heading(cell) for cell in _elements(shown.table, "th") if cell[1].get("scope") == "col"]
        if heading not in headings:
            raise PageError(f"the page of {host} has no column {heading!r}")
        return read(_text(row[2 + headings.index(heading)]))

    def _request(self, host: str) -> Shown:
        before = self._shown.get(host, Shown([], {}, {}))
        self._number += 1
        request = {"number": self._number, "path": f"/host/{quote(host)}", "seen": {"parts": before.parts}}
        call = _CALL | {
            "inputs": [{"id": _PARTS, "property": "request_number", "value": self._number}],
            "state": [
                {"id": _PARTS, "property": "request", "value": request},
                {"id": _CHART, "property": "view", "value": before.chart},
            ],
        }
        reply = self._fetch("/_dash-update-component", json.dumps(call).encode())
        try:
            answer = reply["response"]
            update = answer[_PARTS]["update"]
            news = update.get("parts", {})
            self._shown[host] = Shown(
                table=news["vms"]["tree"] if "vms" in news else before.table,
                parts=_without(before.parts, update.get("gone", []))
                | {name: part["hash"] for name, part in news.items()},
                chart=_chart_view(answer.get(_CHART, {}).get("update"), before.chart),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise PageError(f"{self._url} does not answer as the dashboard does: {error!r}") from error
        return self._shown[host]

    def _fetch(self, path: str, body: bytes | None = None) -> Any:
        if not self._url.startswith(("http://", "https://")):
            raise PageError(f"{self._url!r} is no address of a web page")
        try:
            request = Request(self._url + path, body, {"Content-Type": "application/json"})  # noqa: S310 - above
            with urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - above
                return json.load(response)
        except HTTPError as error:
            raise PageError(f"{self._url} refuses: {error.code} {error.reason}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise PageError(f"no dashboard answers at {self._url}: {error}") from error


def _chart_view(update: Any, before: dict[str, str]) -> dict[str, str]:
    """Return what a browser holds of the chart after an update; without one all is as before."""
    if update is None:
        return before
    rows = update.get("rows", before)
    held = {name: rows[name] for name in ("series", "version") if name in rows}
    return held | {"picture": update["name"]}


def _without(parts: dict[str, str], gone: list[str]) -> dict[str, str]:
    return {name: hashed for name, hashed in parts.items() if name not in gone}


def _refresh_seconds(layout: Any) -> float:
    for properties in _components(layout):
        if _REFRESH in properties:
            return float(properties[_REFRESH])
    raise PageError("what answers is no dashboard of kvmgrid: its pages have no period")


def _components(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the properties of every component in the layout of a Dash application."""
    if isinstance(tree, list):
        for each in tree:
            yield from _components(each)
    elif isinstance(tree, dict) and isinstance(tree.get("props"), dict):
        yield tree["props"]
        yield from _components(tree["props"].get("children"))


def _elements(tree: Any, tag: str) -> Iterator[list[Any]]:
    """Yield every element of a kind in a tree of ``[tag, attributes, child, …]``."""
    if isinstance(tree, list) and tree:
        if tree[0] == tag:
            yield tree
        for child in tree[2:]:
            yield from _elements(child, tag)


def _heading(cell: list[Any]) -> str:
    """Return the text of a head, which may be a link that sorts by it."""
    return _text(next(_elements(cell, "a"), cell))


def _text(cell: list[Any]) -> str:
    """Return the text of a cell without what is noted beside it."""
    return next((child for child in cell[2:] if isinstance(child, str)), "")


def _state(text: str) -> str:
    """Return the state without its reason."""
    return text.partition(" (")[0]


def _outcome(text: str) -> str:
    return text.replace(" ", "_")


def _number(text: str) -> float | None:
    """Return a figure in base units; None for "n/a" and for the dash of a VM that is off."""
    found = _NUMBER.search(text)
    if found is None or found[2] not in _SCALES:
        return None
    return float(found[1]) * _SCALES[found[2]]


# The columns of the view that the table shows: the heading there, and how its cells are read.
COLUMNS: dict[str, tuple[str, Callable[[str], object]]] = {
    "state_name": ("State", _state),
    "cpu_ratio": ("CPU", _number),
    "cpu_cores": ("Cores", _number),
    "steal_ratio": ("Steal", _number),
    "memory_assigned_bytes": ("Assigned", _number),
    "memory_used_bytes": ("Used inside", _number),
    "memory_resident_bytes": ("Resident", _number),
    "outcome": ("Reading", _outcome),
}

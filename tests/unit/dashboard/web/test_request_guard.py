# SPDX-License-Identifier: Apache-2.0
"""The door: headers, bounds, addresses, probes; the application without a browser or a database."""

from typing import Any

import httpx
import pytest
from dash import Dash

from dashboard.app import REPORTED, create_app
from dashboard.components.table import TABLE_LIBRARY
from dashboard.database import Database
from dashboard.errors import DatabaseUnavailableError
from dashboard.pages import PAGES
from dashboard.queries import SchemaState
from dashboard.settings import DatabaseSettings, Settings, WebSettings
from dashboard.web.libraries import script_address
from tests.unit.dashboard.own_loop import on_own_loop
from tests.unit.dashboard.rows import NOW

CALLBACK = "/_dash-update-component"


class StateDatabase(Database):
    """A database that is ready or away."""

    is_away = False

    def fetch(self, *_arguments: Any, **_more: Any) -> Any:
        """Fail as no database does."""
        raise ZeroDivisionError

    def state(self) -> SchemaState:
        """Return that three hosts are known."""
        if self.is_away:
            raise DatabaseUnavailableError
        return SchemaState(3, NOW)


def callback(output: str, source: str, value: Any) -> dict[str, Any]:
    """Return the request that the renderer sends for a callback with one input."""
    return {
        "output": output,
        "outputs": dependency(output),
        "inputs": [dependency(source) | {"value": value}],
        "changedPropIds": [source],
    }


def dependency(text: str) -> dict[str, Any]:
    """Return a property of a component as the renderer names it."""
    identifier, name = text.split(".")
    return {"id": identifier, "property": name}


def grid_request(value: Any) -> dict[str, Any]:
    """Return what the grid page sends."""
    call = callback("fleet-parts.update", "fleet-parts.request_number", 1)
    return call | {"state": [dependency("fleet-parts.request") | {"value": value}]}


def host_request(*states: str) -> dict[str, Any]:
    """Return what the page of a host sends, with these states."""
    outputs = ("host-parts.update", "host-chart.update")
    values = {"request": {"number": 1}, "view": {}}
    return {
        "output": f"..{'...'.join(outputs)}..",
        "outputs": [dependency(output) for output in outputs],
        "inputs": [dependency("host-parts.request_number") | {"value": 1}],
        "state": [dependency(state) | {"value": values.get(state.split(".")[1])} for state in states],
    }


@pytest.fixture
def database() -> StateDatabase:
    """Give a database that is never connected."""
    return StateDatabase(DatabaseSettings())


@pytest.fixture
def app(database: StateDatabase) -> Dash:
    """Give the application with a small body limit."""
    return create_app(Settings(web=WebSettings(body_limit_bytes=4096)), database)


def send(app: Dash, method: str, path: str, **arguments: Any) -> httpx.Response:
    """Return the answer to one request."""

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=app.server)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8050") as client:
            return await client.request(method, path, **arguments)

    return on_own_loop(once)


@pytest.mark.parametrize(
    "path", ["/", "/host/hv1", "/nowhere", "/healthz", "/assets/parts.js", "/_dash-layout"]
)
def test_every_answer_has_its_headers(app: Dash, path: str) -> None:
    """Pages, files and errors alike carry the policy: own scripts only, no frames, no sniffing."""
    answer = send(app, "GET", path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "'self'" in scripts
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "no-referrer" == answer.headers["referrer-policy"]


@pytest.mark.parametrize(
    ("status", "host"),
    [
        (200, "localhost:8050"),
        (200, "127.0.0.1"),
        (200, "[::1]:8050"),
        (200, "192.0.2.7:8050"),
        (200, "grid.example.org"),
        (200, "GRID.example.org:443"),
        (400, "rebound.example:8050"),
        (400, "127.0.0.1.rebound.example"),
        (400, ""),
    ],
)
def test_strange_names_are_refused(database: StateDatabase, status: int, host: str) -> None:
    """A page of a stranger that makes its own name lead here gets nothing (DNS rebinding)."""
    app = create_app(Settings(web=WebSettings(allowed_hosts=("grid.example.org",))), database)
    answer = send(app, "GET", "/", headers={"host": host})
    assert status == answer.status_code
    assert (status == 400) == ("web.allowed_hosts" in answer.text)


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (200, "/"),
        (200, "/host/hv1"),
        (404, "/nowhere"),
        (404, "/host/"),
        (404, "/docs"),
        (404, "/openapi.json"),
    ],
)
def test_addresses_that_lead_nowhere_say_so(app: Dash, status: int, path: str) -> None:
    """An unknown address has status 404 and still the page around it."""
    answer = send(app, "GET", path)
    assert status == answer.status_code
    assert '<html lang="en">' in answer.text


def test_pages_name_no_other_origin(app: Dash) -> None:
    """Scripts, styles and images of a page come from where the page comes from."""
    text = send(app, "GET", "/").text
    for line in text.splitlines():
        if "<script src" in line or "<link" in line:
            assert "://" not in line


@pytest.mark.parametrize(
    ("status", "arguments"),
    [
        (413, {"json": {"x": "y" * 5000}}),
        (415, {"content": "x", "headers": {"content-type": "text/plain"}}),
        (415, {"data": {"a": "b"}}),
        (400, {"content": "{", "headers": {"content-type": "application/json"}}),
        (400, {"content": "[" * 4000, "headers": {"content-type": "application/json"}}),
        (400, {"json": {"output": "nobody.data", "outputs": {}, "inputs": []}}),
        (400, {"json": {"output": ["x"], "outputs": {}, "inputs": []}}),
        (400, {"json": [1, 2]}),
        (400, {"json": callback("fleet-parts.update", "fleet-parts.update", {})}),
        (400, {"json": grid_request({"number": 1}) | {"outputs": {}}}),
        (400, {"json": grid_request({"number": 1}) | {"state": [dependency("fleet-parts.update")]}}),
        (400, {"json": grid_request({"number": "x"})}),
        (400, {"json": host_request()}),
        (400, {"json": host_request("host-chart.update")}),
        (403, {"json": {}, "headers": {"sec-fetch-site": "cross-site"}}),
    ],
)
def test_requests_that_no_page_sends_are_refused(app: Dash, status: int, arguments: dict[str, Any]) -> None:
    """Bad requests end in a 4xx of one line, never in an error inside."""
    answer = send(app, "POST", CALLBACK, **arguments)
    assert status == answer.status_code
    assert len(answer.text) < 100


def test_answers_are_compressed_for_those_who_take_it(app: Dash) -> None:
    """Files and answers travel as gzip, and as they are to a client that names no encoding."""
    for path in ("/assets/parts.js", "/_dash-layout"):
        assert "gzip" == send(app, "GET", path).headers["content-encoding"]
        plain = send(app, "GET", path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("status", "method", "path"),
    [(404, "POST", "/"), (404, "POST", "/host/x"), (405, "DELETE", "/"), (405, "PUT", CALLBACK)],
)
def test_methods_are_bounded(app: Dash, status: int, method: str, path: str) -> None:
    """Pages are read, callbacks are posted, and nothing else is done."""
    assert status == send(app, method, path).status_code


def test_a_callback_has_its_states(app: Dash) -> None:
    """What the renderer reads beside the inputs is accepted where the callback has it."""
    call = host_request("host-parts.request", "host-chart.view")
    assert 200 == send(app, "POST", CALLBACK, json=call).status_code


def test_probes_tell_life_from_readiness(app: Dash, database: StateDatabase) -> None:
    """The process lives without its database, but is not ready."""
    ready = send(app, "GET", "/readyz")
    assert (200, "ready, 3 hosts\n") == (ready.status_code, ready.text)
    database.is_away = True
    assert 503 == send(app, "GET", "/readyz").status_code
    assert 200 == send(app, "GET", "/healthz").status_code


def test_two_applications_live_side_by_side(database: StateDatabase) -> None:
    """Nothing is global: a second application has all its callbacks, and so has the first."""
    first, second = (create_app(Settings(), database) for _ in range(2))
    assert first.callback_map.keys() == second.callback_map.keys()
    assert len(first.callback_map) > 4


def test_what_a_browser_reports_has_a_type(app: Dash) -> None:
    """The door checks each input and state of a callback that the server answers."""
    found = {
        each["property"]
        for callback in app.callback_map.values()
        if "callback" in callback
        for each in (*callback["inputs"], *callback["state"])
    }

    assert found == set(REPORTED)


def test_callbacks_name_properties_that_exist(app: Dash) -> None:
    """Every component and property of a callback is in a layout; a misspelt one would never fire."""
    known = {
        component.id: set(component.available_properties)
        for tree in (app.layout, *(page.layout() for page in PAGES))
        for component in (tree, *tree._traverse())
        if getattr(component, "id", None) is not None
    }
    for item in app._callback_list:
        if "." not in item["output"]:
            continue
        outputs = [part.rsplit(".", 1) for part in item["output"].strip(".").split("...")]
        for identifier, name in outputs + [
            [each["id"], each["property"]] for each in item["inputs"] + item["state"]
        ]:
            assert name in known[identifier]


def test_a_failure_inside_is_logged_and_harms_nobody(
    database: StateDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    """A defect in a callback is one log line with its kind; the next request is served."""
    app = create_app(Settings(), database)
    answer = send(app, "POST", CALLBACK, json=grid_request({"number": 1}))
    assert answer.status_code < 500
    assert "callback_failed" in capsys.readouterr().out
    assert 200 == send(app, "GET", "/healthz").status_code


def test_what_escapes_is_logged_and_answered_in_one_line(
    app: Dash, database: StateDatabase, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect outside of callbacks is a 500 of one line, with its traceback in the log."""

    def broken() -> SchemaState:
        raise ZeroDivisionError

    monkeypatch.setattr(database, "state", broken)
    answer = send(app, "GET", "/readyz")
    logged = capsys.readouterr().out

    assert (500, 1) == (answer.status_code, answer.text.count("\n"))
    assert "request_broke" in logged
    assert "ZeroDivisionError" in logged
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/hosts", "/host/hv1"])
def test_a_library_is_served_without_being_loaded(app: Dash, path: str) -> None:
    """No document names its files; its script is kept for a year, and its Enterprise edition is not there."""
    assert "/dash_ag_grid/" not in send(app, "GET", path).text
    address = script_address(app, TABLE_LIBRARY)
    script = send(app, "GET", address)
    folder = address.rpartition("/")[0]

    assert (200, "public, max-age=31536000") == (script.status_code, script.headers["cache-control"])
    assert 200 == send(app, "GET", f"{folder}/async-community.js").status_code
    assert 404 == send(app, "GET", f"{folder}/async-enterprise.js").status_code
    assert {"dash_ag_grid.min.js", "async-community.js"} == app.registered_paths["dash_ag_grid"]

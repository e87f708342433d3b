# SPDX-License-Identifier: Apache-2.0
"""Requests that no page sends: each ends in a 4xx of one line and is logged, and none in an error inside."""

import json
from typing import Any

import pytest
from dash import Dash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.dashboard.web.callback_client import (
    CALLBACK,
    JSON,
    REFUSED,
    Client,
    calls,
    reported,
    with_value,
)

ODD: list[dict[str, Any]] = [
    {"changedPropIds": None},
    {"changedPropIds": "shell-address.pathname"},
    {"changedPropIds": [None]},
    {"changedPropIds": [["a", "b"]]},
    {"changedPropIds": ["nobody.data"]},
    {"changedPropIds": ["x"]},
    {"changedPropIds": {"a": "b"}},
    {"state": None},
    {"state": {}},
    {"state": [{"id": "x"}]},
    {"state": [{"id": "nobody", "property": "data", "value": 1}]},
    {"state": [[{"id": "nobody", "property": "data"}]]},
    {"inputs": []},
    {"inputs": None},
    {"inputs": [[]]},
    {"inputs": [{"id": {"type": "x"}, "property": "data"}]},
    {"outputs": []},
    {"outputs": None},
    {"outputs": {"id": "x"}},
    {"outputs": {"id": {"a": 1}, "property": "children"}},
    {"output": None},
    {"output": ""},
    {"output": ".."},
    {"output": "__proto__.x"},
    {"background": True},
    {"job": "1"},
    {"no_output": True},
]


@pytest.mark.parametrize("change", ODD, ids=json.dumps)
def test_an_odd_field_is_refused(
    app: Dash, client: Client, capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    """A callback's request with one field of another form than the renderer's is refused."""
    for call in calls(app):
        answer = client.post(json.dumps(call | change).encode())

        assert (400, 1) == (answer.status_code, answer.text.count("\n"))
    assert len(calls(app)) == capsys.readouterr().out.count(REFUSED)


RAW = {
    "nothing": b"",
    "a digit": b"1",
    "a long number": b"9" * 200_000,
    "a list": b"[]",
    "null": b"null",
    "deep": b"[" * 100_000,
    "not UTF-8": b'{"output":"\xff"}',
    "a lone surrogate": b'{"output":"\\ud800"}',
    "two documents": b"{}{}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "a null byte": b'{"output":"a\x00b"}',
}


@pytest.mark.parametrize("name", sorted(RAW))
def test_odd_bytes_are_refused(client: Client, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """What is no JSON of a request never reaches Dash."""
    assert 400 == client.post(RAW[name]).status_code
    assert REFUSED in capsys.readouterr().out


VALUES = {
    "a long number": b"9" * 200_000,
    "a long negative number": b"-" + b"9" * 5000,
    "a number with an exponent": b"1e999999",
    "NaN": b"NaN",
    "infinity": b"-Infinity",
    "not UTF-8": b'"\xff\xfe"',
    "a lone surrogate": b'"\\udfff"',
    "deep": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a bare word": b"undefined",
}


@pytest.mark.parametrize("name", sorted(VALUES))
def test_an_odd_value_is_refused(
    app: Dash, client: Client, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A value that Python or Dash could not read is refused, in whichever callback it stands."""
    for call, where in reported(app):
        body = json.dumps(with_value(call, where, "HERE")).encode().replace(b'"HERE"', VALUES[name])
        answer = client.post(body)

        assert 400 <= answer.status_code < 500
        assert REFUSED in capsys.readouterr().out


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_dash-component-suites/foo/bar.js"),
        ("GET", "/_dash-component-suites/dash/nothing.js"),
        ("GET", "/_dash-component-suites/dash/../../../etc/passwd"),
        ("GET", "/_dash-component-suites/dash_ag_grid/async-enterprise.js"),
        ("GET", "/_dash-component-suites/dash_ag_grid/async-enterprise.v35_3_0m1700000000.js"),
        ("GET", "/_dash-component-suites/sys/path"),
        ("GET", "/_dash-component-suites/os/os.py"),
        ("GET", "/_dash-component-suites/dash/%00"),
        ("GET", "/_dash-component-suites/%ff/%fe"),
        ("GET", "/_dash-component-suites//"),
        ("GET", "/_dash-component-suites/dash"),
        ("GET", "/_dash-component-suites/dash/." + "x" * 5000),
        ("GET", "/_dash-nothing"),
        ("GET", "/_dash-ws-callback"),
        ("GET", CALLBACK),
        ("GET", "/_reload-hash"),
        ("GET", "/assets/nothing.js"),
        ("GET", "/assets/%00.js"),
        ("GET", "/assets/../app.py"),
        ("GET", "/assets/%2e%2e/app.py"),
        ("GET", "/assets/" + "x" * 5000),
        ("GET", "/assets/"),
        ("GET", "/assets"),
        ("GET", "/nowhere"),
        ("GET", "/%ff%fe%00"),
        ("GET", "/docs"),
        ("HEAD", "/_dash-update-component"),
        ("HEAD", "/"),
        ("HEAD", "/_dash-layout"),
        ("OPTIONS", "/"),
        ("TRACE", "/"),
        ("CONNECT", "/"),
        ("PUT", CALLBACK),
        ("PATCH", "/healthz"),
        ("BREW", "/"),
        ("POST", "/healthz"),
        ("POST", "/assets/frame.css"),
        ("POST", CALLBACK + "?job=1"),
        ("POST", CALLBACK + "?oldJob=1&cancelJob=2&cacheKey=3&endId=4"),
        ("POST", CALLBACK + "/"),
    ],
)
def test_an_odd_address_is_refused(
    client: Client, capsys: pytest.CaptureFixture[str], method: str, path: str
) -> None:
    """Unknown files, addresses and methods end in a 4xx and are logged."""
    answer = client.send(method, path, **({"json": {}} if method == "POST" else {}))

    assert 400 <= answer.status_code < 500
    assert REFUSED in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/assets/frame.css", {"range": "bytes=5-2"}),
        ("/assets/frame.css", {"range": "bytes=abc"}),
        ("/assets/frame.css", {"range": "bytes=" + ",".join(["0-1"] * 3000)}),
        ("/assets/frame.css", {"range": f"bytes={'9' * 5000}-"}),
        ("/assets/frame.css", {"if-modified-since": "yesterday", "if-range": "\xff"}),
        ("/_dash-layout", {"cookie": '=;;="\xff'}),
        ("/_dash-layout", {"range": "bytes=0-"}),
        ("/", {"accept-encoding": "\xff, gzip;q=x"}),
        ("/", {"host": "[::1"}),
        ("/", {"host": "a@b"}),
        ("/", {"host": "127.0.0.1:99999999"}),
        ("/", {"host": ""}),
        ("/", {"host": "\xff"}),
        (CALLBACK, {"content-type": "application/json; charset=utf-16"}),
        (CALLBACK, {"content-type": "\xff"}),
        (CALLBACK, {"content-length": "9" * 400, "content-type": "application/json"}),
        (CALLBACK, {"content-length": "x", "content-type": "application/json"}),
    ],
)
def test_odd_headers_harm_nobody(client: Client, path: str, headers: dict[str, str]) -> None:
    """Whatever stands in a header, the answer is no error of ours."""
    method = "POST" if path == CALLBACK else "GET"
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    assert client.send(method, path, headers=raw).status_code < 500


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**63 - 2, max_value=2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["__proto__", "id", "property", "value", "..", "a.b", "\ud800", "\x00"])
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("output", "outputs", "inputs", "changedPropIds", "parsedChangedPropsIds", "state", "more")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_shape_of_json_is_an_error(
    app: Dash, client: Client, capsys: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    """Any field of any callback may be anything: the answer is one of a page, or a refusal in the log."""
    call, where = data.draw(st.sampled_from(reported(app)))
    call = with_value(call, where, data.draw(TREES))
    for field in data.draw(st.sets(st.sampled_from(FIELDS), max_size=2)):
        call[field] = data.draw(TREES)
    capsys.readouterr()
    answer = client.post(json.dumps(call).encode("utf-8", "surrogatepass"))

    assert answer.status_code < 500
    assert answer.status_code < 400 or REFUSED in capsys.readouterr().out


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_are_an_error(
    app: Dash, client: Client, capsys: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    """Bytes in the place of bytes of a good request are refused, unless they make another good one."""
    body = bytearray(json.dumps(data.draw(st.sampled_from(calls(app)))).encode())
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 8)))
    body[start:end] = data.draw(st.binary(max_size=8))
    capsys.readouterr()
    answer = client.post(bytes(body))

    assert answer.status_code < 500
    assert answer.status_code < 400 or REFUSED in capsys.readouterr().out


def test_good_requests_pass(app: Dash, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """What the renderer sends is answered, also where the address or the chart says nothing yet."""
    for call in calls(app):
        seen = {"feed": "ü\U0001f5a5", "cursor": 3, "parts": {"head": "x"}}
        full = with_value(
            call, "request", {"number": 2, "path": "/", "search": "?a", "zone": "UTC", "seen": seen}
        )
        for body in (call, full, with_value(with_value(call, "pathname", None), "view", None)):
            assert client.post(json.dumps(body).encode()).status_code in {200, 204}
    # As the renderer names the page's load.
    answer = client.send("POST", f"{CALLBACK}?endId=a~b", content=json.dumps(calls(app)[0]), headers=JSON)
    assert answer.status_code in {200, 204}
    assert REFUSED not in capsys.readouterr().out

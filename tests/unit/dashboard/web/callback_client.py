# SPDX-License-Identifier: Apache-2.0
"""A browser's callbacks without a browser: good requests for each, what is changed in one, who sends it."""

import asyncio
import threading
from typing import Any

import httpx
from dash import Dash

CALLBACK = "/_dash-update-component"
JSON = {"content-type": "application/json"}
REFUSED = "request_refused"


class Client:
    """Sends requests to an application on an event loop of its own."""

    def __init__(self, app: Dash) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app.server), base_url="http://127.0.0.1:8050"
        )

    def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Return the answer to one request; what escapes the application is raised here."""
        request = self._client.request(method, path, **arguments)
        return asyncio.run_coroutine_threadsafe(request, self._loop).result(timeout=30)

    def post(self, body: bytes) -> httpx.Response:
        """Return the answer to a callback's request."""
        return self.send("POST", CALLBACK, content=body, headers=JSON)

    def close(self) -> None:
        """End the loop."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result(timeout=30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


# What the browser reports, by property.
GOOD: dict[str, Any] = {
    "pathname": "/",
    "request_number": 1,
    "request": {"number": 1},
    "typed_number": 1,
    "typed": {"number": 1},
    "searched_number": 1,
    "searched": {"number": 1},
    "view": {},
}


def calls(app: Dash) -> list[dict[str, Any]]:
    """Return a good request for each callback of the server."""
    found = []
    for output, callback in sorted(app.callback_map.items()):
        if "callback" not in callback:
            continue
        outputs = [
            dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
            for part in output.strip(".").split("...")
        ]
        inputs, states = (
            [
                {"id": each["id"], "property": each["property"], "value": GOOD[each["property"]]}
                for each in callback[kind]
            ]
            for kind in ("inputs", "state")
        )
        call = {
            "output": output,
            "outputs": outputs if output.startswith("..") else outputs[0],
            "inputs": inputs,
            "changedPropIds": [f"{each['id']}.{each['property']}" for each in inputs],
            "parsedChangedPropsIds": [f"{each['id']}.{each['property']}" for each in inputs],
        }
        found.append(call | ({"state": states} if states else {}))
    return found


def with_value(call: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Return a request in which a property has another value."""
    kinds = {
        kind: [each | ({"value": value} if each["property"] == name else {}) for each in call[kind]]
        for kind in ("inputs", "state")
        if kind in call
    }
    return call | kinds


def reported(app: Dash) -> list[tuple[dict[str, Any], str]]:
    """Return each good request with each property that it reports."""
    return [
        (call, each["property"]) for call in calls(app) for each in (*call["inputs"], *call.get("state", ()))
    ]

# SPDX-License-Identifier: Apache-2.0
"""The body of a callback's request: exactly what the renderer sends for a callback that exists.

Dash fails on anything else. It is given what was understood here, written anew, never the bytes that came.
Values are checked here, once for all callbacks: each property that a browser reports has a type.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from dashboard.errors import RequestError


class Dependency(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A property of a component, with its value unless it has none."""

    id: str
    property: str
    value: Any = msgspec.UNSET


class CallbackRequest(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """What the renderer sends. Its ``parsedChangedPropsIds`` is of no use to the server."""

    output: str
    outputs: Dependency | list[Dependency]
    inputs: list[Dependency]
    changed_prop_ids: list[str] = []
    parsed_changed_props_ids: list[str] = []
    state: list[Dependency] = []


def rewritten(body: bytes, callbacks: Mapping[str, Mapping[str, Any]], reported: Mapping[str, Any]) -> bytes:
    """Return a request in the form that Dash reads; raise RequestError for one that no page sends.

    ``reported``: the type of each property that browsers report, by its name.
    """
    try:
        request = msgspec.json.decode(body, type=CallbackRequest)
        _check(request, callbacks.get(request.output, {}))
        for each in (*request.inputs, *request.state):
            msgspec.convert(None if each.value is msgspec.UNSET else each.value, reported[each.property])
        return msgspec.json.encode(request)
    # A number too long to be written is an OverflowError.
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise RequestError("not a request of these pages") from error


def _check(request: CallbackRequest, callback: Mapping[str, Any]) -> None:
    # Callbacks that run in the browser are in the map too, without a function.
    if "callback" not in callback or request.output != _output_text(request.outputs):
        raise RequestError("no such callback")
    for given, known in ((request.inputs, callback["inputs"]), (request.state, callback["state"])):
        if _names(given) != [(each["id"], each["property"]) for each in known]:
            raise RequestError("not the dependencies of this callback")
    if not set(request.changed_prop_ids) <= {f"{each.id}.{each.property}" for each in request.inputs}:
        raise RequestError("not the inputs of this callback")


def _names(dependencies: list[Dependency]) -> list[tuple[str, str]]:
    return [(each.id, each.property) for each in dependencies]


def _output_text(outputs: Dependency | list[Dependency]) -> str:
    """Return outputs as Dash names their callback: ``a.b``, or ``..a.b...c.d..`` for several."""
    if isinstance(outputs, Dependency):
        return f"{outputs.id}.{outputs.property}"
    return f"..{'...'.join(f'{each.id}.{each.property}' for each in outputs)}.."

# SPDX-License-Identifier: Apache-2.0
"""Whether the process lives (/healthz) and whether it can show anything (/readyz)."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from dashboard.database import Database
from dashboard.errors import DatabaseError


def register(server: FastAPI, database: Database) -> None:
    """Add both addresses. They are for probes: the number of hosts, no names."""

    def alive() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    def ready() -> PlainTextResponse:
        try:
            state = database.state()
        except DatabaseError as error:
            return PlainTextResponse(f"not ready: {type(error).__doc__}\n", status_code=503)
        return PlainTextResponse(f"ready, {state.host_count} hosts\n")

    server.add_api_route("/healthz", alive, methods=["GET"], include_in_schema=False)
    server.add_api_route("/readyz", ready, methods=["GET"], include_in_schema=False)

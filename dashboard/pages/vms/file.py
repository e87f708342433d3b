# SPDX-License-Identifier: Apache-2.0
"""The table as a CSV file: all VMs of the address, in its order, with raw numbers."""

import csv
import io
import threading

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dashboard.components.domain_mark import present_state
from dashboard.components.table import UNIT_WORDS, Column
from dashboard.errors import DashboardError, DatabaseError
from dashboard.pages.vms.columns import COLUMNS
from dashboard.pages.vms.feed import VM_COUNT_MAX, VmsFeed
from dashboard.pages.vms.view import Over, View, read_view
from dashboard.parts.contract import ADDRESS_LENGTH_MAX, TableRow

FILE_PATH = "/files/vms.csv"
FILE_NAME = "kvmgrid-vms.csv"
BLOCK_ROW_COUNT = 5000
# A file of all VMs is seconds of the database's time.
FILE_COUNT_MAX = 2
_WRITTEN = [column for column in COLUMNS if column.lines is None]
# Spreadsheets run texts that begin like a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def serve_file(server: FastAPI, feed: VmsFeed) -> None:
    """Add the address of the file; its query is that of the page."""
    places = threading.BoundedSemaphore(FILE_COUNT_MAX)

    def answer(request: Request) -> Response:
        search = request.url.query
        if len(search) >= ADDRESS_LENGTH_MAX:
            return PlainTextResponse("The address is too long.\n", 400)
        if not places.acquire(blocking=False):
            return PlainTextResponse("Others are loading this file. Try again.\n", 503)
        try:
            text = file_of(feed, read_view(search))
        except DashboardError as error:
            return PlainTextResponse(f"{error}\n", 503 if isinstance(error, DatabaseError) else 400)
        finally:
            places.release()
        headers = {"content-disposition": f'attachment; filename="{FILE_NAME}"'}
        # The mark tells spreadsheets the encoding.
        return Response(
            b"\xef\xbb\xbf" + text.encode(), media_type="text/csv; charset=utf-8", headers=headers
        )

    server.add_api_route(FILE_PATH, answer, methods=["GET"], include_in_schema=False)


def file_of(feed: VmsFeed, view: View) -> str:
    """Return the text of the file; raise a DatabaseError when the database does not answer."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(_head(column, view.over) for column in _WRITTEN)
    domain_ids = feed.orders.fresh(view).domain_ids
    for start in range(0, len(domain_ids), BLOCK_ROW_COUNT):
        for row in feed.ask_rows(view.over, domain_ids[start : start + BLOCK_ROW_COUNT]):
            if "is_gone" not in row:
                writer.writerow(file_text(_value(column, row)) for column in _WRITTEN)
    if len(domain_ids) == VM_COUNT_MAX:
        writer.writerow([f"More than {VM_COUNT_MAX:,} VMs: the others are not in this file."])
    return lines.getvalue()


def file_text(value: object) -> str:
    """Return a value as a cell that no spreadsheet runs; assets/table.js has the same for other tables."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else str(value)


def _head(column: Column, over: Over) -> str:
    words = {"moved": "", "age": ""}.get(column.field, UNIT_WORDS[column.unit])
    title = {"age": "Sampled at"}.get(column.field, column.title)
    if column.is_over and over.window:
        title = f"{title} {over.statistic} {over.window}"
    return f"{title} ({words})" if words else title


def _value(column: Column, row: TableRow) -> object:
    # What the browser makes of other fields.
    if column.field == "state":
        name = row.get("state_name")
        return present_state(None if name is None else str(name), str(row["freshness"]))
    return row.get({"moved": "moved_at", "age": "sampled_at"}.get(column.field, column.field))

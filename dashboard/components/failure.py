# SPDX-License-Identifier: Apache-2.0
"""What a page answers while the database fails: a notice in its place, or a banner above what it shows."""

from datetime import datetime

from dashboard.components.notices import banner, schema_missing
from dashboard.errors import DatabaseError, DatabaseUnavailableError, SchemaMissingError
from dashboard.parts.contract import NOTICE, Request, Update, fresh_parts
from dashboard.parts.markup import Element


def noticed(request: Request, tree: Element) -> Update:
    """Return the answer with a notice instead of the page."""
    return Update(number=request.number, parts=fresh_parts({NOTICE: tree}, request.seen))


def failed(request: Request, error: DatabaseError, away_since: datetime | None) -> Update:
    """Return the answer to a request whose questions failed; ``away_since`` is the database's."""
    if isinstance(error, SchemaMissingError):
        return noticed(request, schema_missing(str(error)))
    return Update(number=request.number, banner=failure_banner(error, away_since))


def failure_banner(error: DatabaseError, away_since: datetime | None) -> Element:
    """Return the words for an error that leaves on the page what it shows."""
    if isinstance(error, DatabaseUnavailableError):
        return banner("The database is away", away_since)
    return banner(f"The database refused: {error}", None)

# SPDX-License-Identifier: Apache-2.0
"""The application over a database that is away, and what sends to it."""

from collections.abc import Iterator

import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.settings import DatabaseSettings, Settings, WebSettings
from tests.unit.dashboard.away_database import AwayDatabase
from tests.unit.dashboard.web.callback_client import Client


@pytest.fixture(scope="module")
def app() -> Dash:
    """Give an application over a database that is away."""
    return create_app(Settings(web=WebSettings(body_limit_bytes=2**20)), AwayDatabase(DatabaseSettings()))


@pytest.fixture(scope="module")
def client(app: Dash) -> Iterator[Client]:
    """Give what sends to the application."""
    client = Client(app)
    yield client
    client.close()

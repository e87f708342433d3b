# SPDX-License-Identifier: Apache-2.0
"""The login, and what operators change, over HTTP and in a browser."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.login.passwords import write_user
from tests.browser import Watched
from tests.dashboard.alarms import Alarm, Alarms
from tests.dashboard.conftest import Dashboard
from tests.dashboard.seeding import Load, Seeder, host_batch, utc_now
from tests.services import MigratedDatabase

PASSWORDS = {"anna": "correct horse", "bert": "battery staple"}
OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def alarms(seeder: Seeder, database: MigratedDatabase) -> Iterator[Alarms]:
    """Store a host with one alert that fires."""
    seeder.store([host_batch("hv1", utc_now(), 1, Load(tick_seconds=600.0))])
    with closing(Alarms(database.owner_url)) as alarms:
        alarms.stepped(utc_now())
        assert 1 == alarms.fired(Alarm("hv1", "CPU 93 % busy"))
        yield alarms


@pytest.fixture
def login(tmp_path: Path, database: MigratedDatabase) -> dict[str, str]:
    """Write an operator and a viewer; give the settings of a dashboard with them."""
    users, key = tmp_path / "users", tmp_path / "key"
    write_user(users, "anna", "operator", PASSWORDS["anna"])
    write_user(users, "bert", "viewer", PASSWORDS["bert"])
    key.write_text("k" * 40)
    return {
        "KVMGRID_LOGIN__PASSWORD_FILE": str(users),
        "KVMGRID_LOGIN__KEY_FILE": str(key),
        "KVMGRID_LOGIN__DATABASE_URL": database.operator_url,
    }


def logged_in(url: str, name: str) -> tuple[httpx.Client, dict[str, str]]:
    """Return a client with a session, and the headers of its changes."""
    client = httpx.Client(base_url=url)
    found = client.post("/login", data={"name": name, "password": PASSWORDS[name]}, headers=OWN)
    assert 303 == found.status_code, found.text
    token = client.get("/files/session.json").json()["token"]
    return client, OWN | {"x-kvmgrid-token": token}


def stored(database: MigratedDatabase, table: str, columns: str) -> list[tuple[object, ...]]:
    """Return rows of what people say."""
    with psycopg.connect(database.owner_url) as connection:
        statement = f"SELECT {columns} FROM kvmgrid.{table} ORDER BY 1"  # noqa: S608 - words of this test
        return connection.execute(statement.encode()).fetchall()


@pytest.mark.usefixtures("alarms")
def test_an_operator_acknowledges_and_silences(
    page: Page,
    start_dashboard: Callable[..., Dashboard],
    database: MigratedDatabase,
    login: dict[str, str],
) -> None:
    """He logs in by the button, says that he knows, silences the object, ends that, and logs out."""
    dashboard = start_dashboard(database.dashboard_url, **login)
    page.goto(f"{dashboard.url}/alert/1")
    say = page.get_by_role("region", name="Say something about it")
    expect(say).to_contain_text("log in: the button is in the bar")
    expect(say.get_by_role("button", name="Acknowledge")).to_be_hidden()
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert not Axe().run(page).response["violations"]
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORDS["anna"])
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{dashboard.url}/alert/1")
    expect(page.locator(".session")).to_contain_text("anna (operator)")
    say.get_by_label("Note").fill("<b>on my way</b>")
    say.get_by_role("button", name="Acknowledge").click()
    expect(say.get_by_role("status")).to_have_text("Acknowledged by anna.")
    expect(page.locator(".host-facts")).to_contain_text("acknowledged by anna")
    expect(page.locator(".host-facts")).to_contain_text("“<b>on my way</b>”")
    say.get_by_label("Of").select_option("object")
    say.get_by_label("For").select_option("12")
    say.get_by_label("Reason").fill("night of work")
    assert not Axe().run(page).response["violations"]
    say.get_by_role("button", name="Withhold").click()
    expect(say.get_by_role("status")).to_contain_text("Nothing is sent of host hv1 until ")
    expect(page.locator(".host-facts")).to_contain_text("silence by anna until ")

    page.get_by_role("link", name="Alerts").click()
    holds = page.get_by_role("region", name="Silences and maintenance")
    expect(holds).to_contain_text("night of work")
    holds.get_by_role("button", name="End silence 1").click()
    expect(holds).to_contain_text("There is no silence and no maintenance.")
    expect(page.get_by_role("region", name="Firing now")).to_contain_text("CPU 93 % busy")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()

    assert [(1, "anna", "<b>on my way</b>")] == stored(
        database, "alert_acknowledgements", "alert_id, said_by, note"
    )
    assert [({"host": "hv1"}, "night of work", "anna", True)] == stored(
        database, "alert_silences", "selector, reason, said_by, ends_at - starts_at = INTERVAL '12 hours'"
    )
    assert [(1, "anna", "acknowledge"), (2, "anna", "silence"), (3, "anna", "silence_end")] == stored(
        database, "audit_entries", "entry_id, who, action"
    )


@pytest.mark.usefixtures("alarms")
def test_a_viewer_sees_why_he_cannot(
    page: Page,
    start_dashboard: Callable[..., Dashboard],
    database: MigratedDatabase,
    login: dict[str, str],
) -> None:
    """The page says so, and the door refuses what the page does not offer."""
    dashboard = start_dashboard(database.dashboard_url, **login)
    page.goto(f"{dashboard.url}/login?next=/alert/1")
    page.get_by_label("Name").fill("bert")
    page.get_by_label("Password").fill(PASSWORDS["bert"])
    page.keyboard.press("Enter")
    say = page.get_by_role("region", name="Say something about it")
    expect(say).to_contain_text("You are a viewer")
    expect(say.get_by_role("button", name="Withhold")).to_be_hidden()
    client, headers = logged_in(dashboard.url, "bert")
    with closing(client):
        found = client.post("/files/change", json={"what": "acknowledge", "alert_id": 1}, headers=headers)
    assert (403, "a viewer changes nothing\n") == (found.status_code, found.text)
    assert [] == stored(database, "audit_entries", "who")


@pytest.mark.usefixtures("alarms")
def test_a_change_needs_all_that_our_pages_send(
    start_dashboard: Callable[..., Dashboard],
    database: MigratedDatabase,
    login: dict[str, str],
) -> None:
    """Without token, from elsewhere, in another form, after the end of the session: nothing is stored."""
    dashboard = start_dashboard(database.dashboard_url, **login)
    client, headers = logged_in(dashboard.url, "anna")
    change = {"what": "acknowledge", "alert_id": 1}
    with closing(client):
        cookie = client.cookies["kvmgrid_session"]

        def status(told: object, given: dict[str, str]) -> int:
            return client.post("/files/change", json=told, headers=given).status_code

        assert 403 == status(change, OWN)
        assert 403 == status(change, headers | {"sec-fetch-site": "cross-site"})
        assert 403 == status(change, {name: headers[name] for name in ("x-kvmgrid-token",)})
        assert 400 == status({"what": "drop"}, headers)
        assert 400 == status({"what": "acknowledge", "alert_id": 99}, headers)
        silence = {"what": "withhold", "alert_id": 1, "kind": "silence", "scope": "rule"}
        assert 400 == status(silence | {"hours": 10_000, "reason": "x"}, headers)
        assert 400 == status(silence | {"hours": 1, "reason": ""}, headers)
        assert 413 == status(change | {"note": "x" * 9000}, headers)
        assert [] == stored(database, "audit_entries", "who")
        assert 200 == status(silence | {"hours": 1, "reason": "x", "kind": "maintenance"}, headers)
        assert 200 == client.post("/logout", headers=headers).status_code
        client.cookies.set("kvmgrid_session", cookie)
        assert 401 == status(change, headers)
    with httpx.Client(base_url=dashboard.url) as stranger:
        answer = stranger.post(
            "/login", data={"name": "anna", "password": PASSWORDS["anna"], "next": "//evil"}, headers=OWN
        )
        told = answer.headers["set-cookie"].lower()
        assert "/" == answer.headers["location"]
        assert {"httponly", "samesite=strict"} <= {part.strip() for part in told.split(";")}
        assert 403 == stranger.post("/login", data={"name": "anna", "password": "x"}).status_code
        for _ in range(10):
            wrong = stranger.post("/login", data={"name": "anna", "password": "wrong"}, headers=OWN)
        assert 403 == wrong.status_code
        right = {"name": "anna", "password": PASSWORDS["anna"]}
        held = stranger.post("/login", data=right, headers=OWN)
        assert (429, True) == (held.status_code, int(held.headers["retry-after"]) > 0)
    assert [({"rule": "host_cpu", "host": "hv1"}, "x")] == stored(
        database, "alert_maintenances", "selector, reason"
    )


@pytest.mark.usefixtures("alarms")
def test_reading_may_need_a_login(
    start_dashboard: Callable[..., Dashboard],
    database: MigratedDatabase,
    login: dict[str, str],
) -> None:
    """Pages lead to the login, what they ask is refused, probes pass; a trusted proxy's user is in."""
    proxy = {
        "KVMGRID_LOGIN__REQUIRED": "true",
        "KVMGRID_LOGIN__PROXY_HEADER": "X-Forwarded-User",
        "KVMGRID_LOGIN__PROXY_ADDRESSES": "127.0.0.1",
        "KVMGRID_LOGIN__PROXY_OPERATORS": "carla",
    }
    del login["KVMGRID_LOGIN__PASSWORD_FILE"]
    dashboard = start_dashboard(database.dashboard_url, **login, **proxy)
    with httpx.Client(base_url=dashboard.url) as client:
        found = client.get("/alerts?q=a%20b")
        assert (303, "/login?next=%2Falerts%3Fq%3Da%2520b") == (found.status_code, found.headers["location"])
        for path in ("/files/alert-count.json", "/_dash-layout", "/files/session.json"):
            assert 401 == client.get(path).status_code, path
        assert 200 == client.get("/healthz").status_code
        told = {"x-forwarded-user": "carla", "x-forwarded-for": "192.0.2.9"}
        assert 200 == client.get("/alerts", headers=told).status_code
        token = client.get("/files/session.json", headers=told).json()["token"]
        change = {"what": "acknowledge", "alert_id": 1, "note": ""}
        given = OWN | told | {"x-kvmgrid-token": token}
        assert 200 == client.post("/files/change", json=change, headers=given).status_code
    assert [("carla", "192.0.2.9")] == stored(database, "audit_entries", "who, origin")


@pytest.mark.usefixtures("alarms")
def test_without_a_login_nothing_can_be_changed(
    open_page: Callable[..., Watched], dashboard: Dashboard
) -> None:
    """As it was: no login, no forms, and no address that takes a change."""
    page, _ = open_page()
    page.goto(f"{dashboard.url}/alert/1")
    expect(page.get_by_role("region", name="What became of it")).to_contain_text("fired")
    expect(page.get_by_role("region", name="Say something about it")).to_have_count(0)
    expect(page.get_by_role("button", name="Log in")).to_have_count(0)
    with httpx.Client(base_url=dashboard.url) as client:
        assert 404 == client.get("/login").status_code
        for path in ("/files/change", "/login", "/logout"):
            assert 404 == client.post(path, headers=OWN).status_code

# SPDX-License-Identifier: Apache-2.0
"""Passwords, sessions and tries, without a server."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.errors import SettingsError
from dashboard.login.door import own_path
from dashboard.login.passwords import Passwords, write_user
from dashboard.login.session import Sessions
from dashboard.login.tries import KEY_COUNT_MAX, Tries
from dashboard.login.who import Identities
from dashboard.settings import LoginSettings

KEY = b"k" * 32


class Clock:
    """A clock that stands until it is set."""

    now = 1000.0

    def __call__(self) -> float:
        """Return its time."""
        return self.now


def scope(address: str, **headers: str) -> dict[str, Any]:
    """Return a request from an address."""
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "scheme": "http", "client": (address, 1), "headers": named}


def test_only_the_right_password_opens(tmp_path: Path) -> None:
    """The file holds no password, is private, is read again, and a new password is another stamp."""
    path = tmp_path / "users"
    write_user(path, "anna", "operator", "correct horse")
    assert "correct" not in path.read_text()
    assert 0o600 == path.stat().st_mode & 0o777
    passwords = Passwords(path)
    user = passwords.check("anna", "correct horse")
    assert user is not None
    assert ("anna", "operator") == (user.name, user.role)
    assert passwords.check("anna", "correct hors") is None
    assert passwords.check("nobody", "correct horse") is None
    write_user(path, "bert", "viewer", "battery")
    write_user(path, "anna", "viewer", "staple")
    changed = passwords.find("anna")
    assert changed is not None
    assert ("viewer", True) == (changed.role, changed.stamp != user.stamp)
    assert passwords.check("bert", "battery") is not None


@pytest.mark.parametrize(
    "line", ["anna:operator:secret", "anna:root:$argon2id$x", "a b:viewer:$argon2id$x", "anna"]
)
def test_a_line_that_is_none_is_said(tmp_path: Path, line: str) -> None:
    """Nobody's role is guessed: the file is refused with the number of its line."""
    path = tmp_path / "users"
    path.write_text(f"# of the site\n{line}\n")
    with pytest.raises(SettingsError, match="line 2"):
        Passwords(path)


def test_a_session_ends_by_time_and_by_hand() -> None:
    """A cookie is read until it is over or ended; one that was changed or signed by another key is none."""
    clock = Clock()
    sessions = Sessions(KEY, seconds=60, clock=clock)
    cookie = sessions.begin("anna", "stamp")
    session = sessions.read(cookie)
    assert session is not None
    assert ("anna", "stamp") == (session.name, session.stamp)
    body, _, signature = cookie.partition(".")
    for other in (f"{body}x.{signature}", body, "", f".{signature}", "é.é"):
        assert sessions.read(other) is None
    assert Sessions(b"x" * 32, seconds=60, clock=clock).read(cookie) is None
    clock.now += 60
    assert sessions.read(cookie) is None
    clock.now -= 60
    sessions.end(session)
    assert sessions.read(cookie) is None
    assert sessions.read(sessions.begin("anna", "stamp")) is not None


def test_a_token_is_that_of_its_session() -> None:
    """The token of another session, or a cookie's signature, changes nothing."""
    sessions = Sessions(KEY, seconds=60)
    first, second = sessions.begin("anna", "s"), sessions.begin("anna", "s")
    assert sessions.is_token(first, sessions.token(first))
    assert not sessions.is_token(first, sessions.token(second))
    assert not sessions.is_token(first, first.partition(".")[2])
    assert not sessions.is_token(first, "é")


def test_tries_are_few_and_forgotten() -> None:
    """After some failures a key waits, another does not; memory is bounded."""
    clock = Clock()
    tries = Tries(count=3, seconds=60, clock=clock)
    for _ in range(3):
        assert 0 == tries.wait_seconds("a")
        tries.failed("a")
    assert (60, 0) == (tries.wait_seconds("a"), tries.wait_seconds("b"))
    clock.now += 60
    assert 0 == tries.wait_seconds("a")
    for number in range(KEY_COUNT_MAX + 10):
        tries.failed(str(number))
    assert KEY_COUNT_MAX == len(tries._failed)


def test_only_a_listed_proxy_is_believed(tmp_path: Path) -> None:
    """Headers tell of a user from a listed address; from another one they tell nothing."""
    key = tmp_path / "key"
    key.write_bytes(KEY)
    identities = Identities(
        LoginSettings(
            key_file=str(key),
            proxy_header="X-Forwarded-User",
            proxy_addresses=("127.0.0.1", "10.1.0.0/16"),
            proxy_operators=("anna",),
        )
    )
    told = {"x_forwarded_user": "anna", "x_forwarded_for": "evil, 192.0.2.7", "x_forwarded_proto": "https"}
    who = identities.of(scope("10.1.2.3", **told))
    assert who is not None
    assert ("anna", "operator") == (who.name, who.role)
    assert "192.0.2.7" == identities.address(scope("127.0.0.1", **told))
    assert identities.is_encrypted(scope("127.0.0.1", **told))
    viewer = identities.of(scope("127.0.0.1", x_forwarded_user="bert"))
    assert viewer is not None
    assert "viewer" == viewer.role
    other = scope("10.2.0.1", **told)
    assert (None, "10.2.0.1", False) == (
        identities.of(other),
        identities.address(other),
        identities.is_encrypted(other),
    )
    assert identities.of(scope("127.0.0.1")) is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (LoginSettings(proxy_header="X-User"), "key_file is missing"),
        (LoginSettings(key_file="{key}", proxy_header="X-User"), "proxy_addresses"),
        (LoginSettings(key_file="{short}", proxy_header="X-User"), "less than 32"),
        (LoginSettings(key_file="{key}", proxy_header="X-User", proxy_addresses=("me",)), "'me'"),
        (LoginSettings(key_file="{key}", password_file="/nowhere/users"), "cannot be read"),  # noqa: S106
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_settings_that_do_not_fit_are_said(tmp_path: Path, settings: LoginSettings, words: str) -> None:
    """A dashboard with half a login does not start."""
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "short").write_bytes(b"short")
    file = settings.key_file and settings.key_file.format(key=tmp_path / "key", short=tmp_path / "short")
    fields = {name: getattr(settings, name) for name in settings.__struct_fields__}
    with pytest.raises(SettingsError, match=words):
        Identities(LoginSettings(**fields | {"key_file": file}))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/alert/7?from=now-1h", "/alert/7?from=now-1h"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_to_a_page_of_ours(text: str, path: str) -> None:
    """Whatever an address says, nobody is led elsewhere."""
    assert path == own_path(text)

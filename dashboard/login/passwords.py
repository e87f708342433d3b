# SPDX-License-Identifier: Apache-2.0
"""The file of local users: a line each, ``name:role:hash`` (argon2id). It is read again when it changes."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard.errors import SettingsError

Role = Literal["viewer", "operator"]
ROLES: tuple[Role, ...] = get_args(Role)
NAME = re.compile(r"[\w.@-]{1,64}")
PASSWORD_LETTERS_MAX = 256
# 64 MiB and three passes (RFC 9106, the second recommended choice).
_HASHER = PasswordHasher()


class User(NamedTuple):
    """Who is in the file. ``stamp`` changes with the password, so that it ends the sessions of before."""

    name: str
    role: Role
    hash: str

    @property
    def stamp(self) -> str:
        """Return what tells one password from another, and nothing of it."""
        return hashlib.blake2s(self.hash.encode(), digest_size=8).hexdigest()


class Passwords:
    """The users of a file."""

    def __init__(self, path: Path) -> None:
        """Read the file; raise SettingsError where that fails."""
        self._path = path
        self._read_at: tuple[int, int] | None = None
        self._users: dict[str, User] = {}
        # For a name that is not known, a try takes as long as for another.
        self._nobody = _HASHER.hash(os.urandom(16))
        self._refresh()

    def find(self, name: str) -> User | None:
        """Return a user, None where the file has none of that name, or cannot be read any more."""
        try:
            self._refresh()
        except SettingsError:
            return None
        return self._users.get(name)

    def check(self, name: str, password: str) -> User | None:
        """Return the user whose password this is. Takes a tenth of a second and 64 MiB."""
        user = self.find(name)
        try:
            _HASHER.verify(self._nobody if user is None else user.hash, password[:PASSWORD_LETTERS_MAX])
        except (VerificationError, InvalidHashError):
            return None
        return user

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
            version = (status.st_mtime_ns, status.st_ino)
            if version != self._read_at:
                self._users = read_users(self._path)
                self._read_at = version
        except OSError as error:
            raise SettingsError(f"login.password_file cannot be read: {error}") from error


def read_users(path: Path) -> dict[str, User]:
    """Return the users of a file by name; raise SettingsError for a line that is none."""
    users = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, role, hashed = (*line.strip().split(":", 2), "", "")[:3]
        known = next((each for each in ROLES if each == role), None)
        if not NAME.fullmatch(name) or known is None or not hashed.startswith("$argon2"):
            raise SettingsError(
                f"{path}, line {number}: not name:role:hash; kvmgrid-dashboard password writes it"
            )
        users[name] = User(name, known, hashed)
    return users


def write_user(path: Path, name: str, role: Role, password: str) -> None:
    """Add a user, or give one another role and password; raise SettingsError where that fails."""
    if not NAME.fullmatch(name):
        raise SettingsError("A name has letters, digits and . _ @ - only, 64 at most.")
    try:
        users = read_users(path) if path.exists() else {}
        users[name] = User(name, role, _HASHER.hash(password[:PASSWORD_LETTERS_MAX]))
        text = "".join(f"{each.name}:{each.role}:{each.hash}\n" for each in users.values())
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=path.name, delete=False
        ) as file:
            file.write(text)
        if path.exists():
            old = path.stat()
            os.chown(file.name, old.st_uid, old.st_gid)
            Path(file.name).chmod(old.st_mode & 0o777)
        Path(file.name).replace(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}") from error

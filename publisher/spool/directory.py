# SPDX-License-Identifier: Apache-2.0
"""The spool's directory: private, used by one publisher at a time, with room held in reserve.

Invariants: the directory has mode 0700, files have 0600. A file that cannot be used gets a new name, and only
the newest of those are kept. Nothing else is ever deleted but the reserve.
"""

import contextlib
import errno
import fcntl
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from publisher.errors import SpoolInUseError, SpoolRefusedError
from publisher.spool.tally import TallyFile

DATABASE = "spool.sqlite3"
_SUFFIXES = ("", "-wal", "-shm", "-journal")


class SpoolDirectory:
    """A directory claimed by this process until ``release``."""

    def __init__(self, path: Path, *, reserve_bytes: int) -> None:
        self.path = path
        self.database = path / DATABASE
        self.tally = TallyFile(path / "tally")
        self._reserve = path / "reserve"
        self._reserve_bytes = reserve_bytes
        try:
            _prepare(path)
            self._lock = _claim(path / "lock")
        except OSError as error:
            raise _refusal(path, error) from error

    def release(self) -> None:
        """Let another publisher claim the directory."""
        os.close(self._lock)

    def create_database_file(self) -> None:
        """Make the file before SQLite does, so that it is never readable for others."""
        os.close(os.open(self.database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def log_bytes(self) -> int:
        """Return the size of the write-ahead log."""
        return self._size("-wal")

    def free_bytes(self) -> int:
        """Return what is free on the file system for this user."""
        return _free_bytes(self.path)

    def spare_bytes(self) -> int:
        """Return what may be written while the reserve, or as much in its place, stays untouched."""
        return self.free_bytes() - (0 if self._reserve.exists() else self._reserve_bytes)

    def hold_reserve(self) -> None:
        """Take the reserve, if there is plenty of room for it; a full disk is no error here."""
        if self._reserve.exists() or self.free_bytes() < 2 * self._reserve_bytes:
            return
        try:
            descriptor = os.open(self._reserve, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, self._reserve_bytes)
            finally:
                os.close(descriptor)
        except OSError:
            self.give_reserve()

    def give_reserve(self) -> bool:
        """Give the reserve to whoever writes next; tell whether there was one."""
        try:
            self._reserve.unlink()
        except OSError:
            return False
        return True

    def set_aside(self, why: str) -> Path:
        """Rename database and log; return the new name of the database."""
        instant = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        target = self.path / f"{DATABASE}.{why}-{instant}"
        number = 1
        while target.exists():
            number += 1
            target = self.path / f"{DATABASE}.{why}-{instant}-{number}"
        for suffix in _SUFFIXES:
            source = self.path / (DATABASE + suffix)
            if source.exists():
                source.rename(target.with_name(target.name + suffix))
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return target

    def delete_aside(self, *, keep: int) -> list[Path]:
        """Delete all but the newest of the databases set aside, with their logs; return them."""
        gone = set_aside_files(self.path)[:-keep]
        for path in gone:
            for suffix in _SUFFIXES:
                # One that cannot go now goes with the next.
                with contextlib.suppress(OSError):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)
        return gone

    def _size(self, suffix: str) -> int:
        try:
            return (self.path / (DATABASE + suffix)).stat().st_size
        except FileNotFoundError:
            return 0


class DirectoryState(NamedTuple):
    """A spool directory as it is; ``owner`` is None while it does not exist."""

    owner: int | None
    in_use: bool
    free_bytes: int


def survey(path: Path) -> DirectoryState:
    """Look at a directory without changing anything; raise SpoolRefusedError if it cannot serve."""
    try:
        if path.is_dir():
            _require_private(path)
            return DirectoryState(path.stat().st_uid, _is_claimed(path / "lock"), _free_bytes(path))
        parent = next(parent for parent in path.parents if parent.is_dir())
        if not os.access(parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return DirectoryState(None, in_use=False, free_bytes=_free_bytes(parent))
    except OSError as error:
        raise _refusal(path, error) from error


def _is_claimed(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _free_bytes(path: Path) -> int:
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


def _refusal(path: Path, error: OSError) -> SpoolRefusedError:
    return SpoolRefusedError(
        f"cannot use the spool directory {path}: {error.strerror}",
        fix="set [spool] directory to one that this user may write",
        permission=error.errno in (errno.EACCES, errno.EPERM, errno.EROFS),
    )


def set_aside_files(path: Path) -> list[Path]:
    """Return the databases that were set aside in a spool directory, oldest first."""
    found = [
        found
        for found in path.glob(f"{DATABASE}.*")
        if not found.name.endswith(tuple(suffix for suffix in _SUFFIXES if suffix))
    ]
    # Being renamed does not change when a file was written last, but when its entry changed.
    return sorted(found, key=lambda one: (one.stat().st_ctime_ns, one.name))


def _prepare(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    _require_private(path)
    owner = path.stat().st_uid
    if owner != os.geteuid():
        raise SpoolRefusedError(
            f"the spool directory {path} belongs to user id {owner}, not to {os.geteuid()}",
            fix=f"run as that user, or: chown {os.geteuid()} {path}",
            permission=True,
        )


def _require_private(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    # Not repaired silently: a mistyped directory may belong to something else.
    if mode & 0o077:
        raise SpoolRefusedError(
            f"the spool directory {path} is open to other users (mode {mode:04o})",
            fix=f"run: chmod 0700 {path}",
            permission=True,
        )


def _claim(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise SpoolInUseError(
            f"another publisher (process {holder}) uses the spool directory {path.parent}",
            fix="stop it, or give this one a [spool] directory of its own",
        ) from error
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except OSError:
        # The disk may be full; the process number is a courtesy, the lock is held without it.
        pass
    return descriptor

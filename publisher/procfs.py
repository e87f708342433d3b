# SPDX-License-Identifier: Apache-2.0
"""The files below /proc and /sys of one host, under a root that tests and containers can move.

The only module that reads them. Paths are given as on the host (``/proc/stat``). A source that this
host lacks raises SourceUnavailableError; any other failure SourceFailedError.
"""

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from publisher.errors import PublisherError

# What a kernel answers for something it was built, booted or equipped without. EOPNOTSUPP: pressure
# files of a kernel booted with psi=0; ENODEV and ENXIO: a sensor or device that went away.
_LACKING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EOPNOTSUPP, errno.ENODEV, errno.ENXIO, errno.ELOOP})

_CHUNK_BYTES = 16384

LARGEST_COUNTER = 2**64 - 1
LARGEST_GAUGE = 2**63 - 1  # bigint
LARGEST_COUNT = 2**31 - 1  # integer


class SourceError(PublisherError):
    """A source of figures cannot be used at this tick; the message says which and why."""


class SourceUnavailableError(SourceError):
    """This host does not have the source. Not a fault."""


class SourceFailedError(SourceError):
    """The source exists but cannot be read."""


class SourceMalformedError(SourceError):
    """The source was read but does not hold what its kernel documentation promises."""


class SystemTree:
    """/proc and /sys of one host below ``root``.

    ``read`` keeps its descriptors and belongs to one thread; everything else may be called from any.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = os.fspath(root).rstrip("/")
        self._descriptors: dict[str, int] = {}
        # Names that were listed and are no UTF-8, by their text.
        self._odd_names: dict[str, str] = {}

    def read(self, path: str) -> str:
        """Return the whole text of a file that is read at every tick.

        A kept descriptor gives fresh content for each read from offset 0, and saves the path walk.
        """
        kept = self._descriptors.get(path)
        if kept is not None:
            try:
                return _content(kept)
            except OSError:
                # The device may have gone and come back under the same path: a new descriptor tells.
                self._release(path)
        try:
            descriptor = os.open(self._place(path), os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise _translated(path, error) from error
        self._descriptors[path] = descriptor
        try:
            return _content(descriptor)
        except OSError as error:
            self._release(path)
            raise _translated(path, error) from error

    def read_once(self, path: str) -> str:
        """Return the whole text of a file and keep nothing."""
        try:
            descriptor = os.open(self._place(path), os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise _translated(path, error) from error
        try:
            return _content(descriptor)
        except OSError as error:
            raise _translated(path, error) from error
        finally:
            os.close(descriptor)

    def names(self, folder: str) -> list[str]:
        """Return the sorted names in a folder."""
        try:
            return sorted(self._text(entry.name) for entry in Path(self._place(folder)).iterdir())
        except OSError as error:
            raise _translated(folder, error) from error

    def numbers(self, folder: str) -> dict[str, int]:
        """Return the inode number of each name in a folder: one listing, however many there are.

        In sysfs an entry that is made anew has another number, also under a used name. A rename takes the
        number along. Before Linux 4.14 numbers were used again (fs/kernfs).
        """
        try:
            with os.scandir(self._place(folder)) as entries:
                return {self._text(entry.name): entry.inode() for entry in entries}
        except OSError as error:
            raise _translated(folder, error) from error

    def exists(self, path: str) -> bool:
        """Tell whether a path exists, following links."""
        try:
            return Path(self._place(path)).exists()
        except OSError:
            return False

    def link_target(self, path: str) -> str | None:
        """Return where a symbolic link points, as written; None if there is none."""
        try:
            return self._text(os.fspath(Path(self._place(path)).readlink()))
        except OSError:
            return None

    def file_system_bytes(self, path: Path) -> tuple[int, int]:
        """Return total and available bytes (for unprivileged users) of the file system at a path.

        Blocks without limit on a dead network file system (statvfs(3) has no timeout). Available is below 0
        where root has used of what is kept back for it.
        """
        try:
            known = os.statvfs(f"{self._root}/{os.fspath(path).lstrip('/')}")
        except OSError as error:
            raise SourceFailedError(f"{shown(os.fspath(path))}: {error.strerror}") from error
        return known.f_blocks * known.f_frsize, known.f_bavail * known.f_frsize

    def close(self) -> None:
        """Give the kept descriptors back. A later read opens them anew."""
        for path in list(self._descriptors):
            self._release(path)

    def _place(self, path: str) -> str:
        """Return where a path is, which may hold names as ``names`` and ``numbers`` give them."""
        if self._odd_names:
            path = "/".join(self._odd_names.get(part, part) for part in path.split("/"))
        return self._root + path

    def _text(self, name: str) -> str:
        """Return a name of a file as texts of files have it, and remember one that is no UTF-8."""
        text = shown(name)
        if text != name:
            self._odd_names[text] = name
        return text

    def _release(self, path: str) -> None:
        os.close(self._descriptors.pop(path))


def lines(text: str) -> list[str]:
    """Return the lines of a text. ``splitlines`` ends one at characters too that may stand in a name."""
    return text.split("\n")


def shown(name: str) -> str:
    """Return a name of a file as a text that can be sent, as ``SystemTree.read`` gives it in a file."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def whole(text: str, largest: int = LARGEST_COUNTER) -> int | None:
    """Return a non-negative whole number up to ``largest``; None if the text is anything else."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(LARGEST_COUNTER)):
        return None
    value = int(text)
    return value if value <= largest else None


def counters(words: Sequence[str]) -> tuple[int | None, ...]:
    """Return the numbers of a line of counters; None for each that is none."""
    try:
        numbers = tuple(map(int, words))
    except ValueError:
        return tuple(map(whole, words))
    if numbers and min(numbers) >= 0 and max(numbers) <= LARGEST_COUNTER:
        return numbers
    return tuple(map(whole, words))


def table(text: str, separator: str | None = None) -> Mapping[str, str]:
    """Return the lines of a text as name and rest, split at the first separator; others are ignored."""
    rows: dict[str, str] = {}
    for line in text.splitlines():
        parts = line.split(separator, 1)
        if len(parts) > 1:
            rows[parts[0].strip()] = parts[1]
    return MappingProxyType(rows)


def _content(descriptor: int) -> str:
    # A seq_file gives at most its own buffer at a time (fs/seq_file.c), however much was asked for.
    chunks: list[bytes] = []
    offset = 0
    while chunk := os.pread(descriptor, _CHUNK_BYTES, offset):
        chunks.append(chunk)
        offset += len(chunk)
    # Names of interfaces and device-mapper volumes are bytes of anybody's choice: none becomes another's.
    return b"".join(chunks).decode("utf-8", "backslashreplace")


def _translated(path: str, error: OSError) -> SourceError:
    if error.errno in _LACKING:
        reason = "absent" if error.errno in {errno.ENOENT, errno.ENOTDIR} else error.strerror
        return SourceUnavailableError(f"{path}: {reason}")
    return SourceFailedError(f"{path}: {error.strerror}")

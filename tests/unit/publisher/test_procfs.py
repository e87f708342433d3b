# SPDX-License-Identifier: Apache-2.0
"""Reading files below a root that can be moved."""

import errno
import os
from pathlib import Path

import pytest

from publisher.procfs import SourceFailedError, SourceUnavailableError, SystemTree, table, whole


def write(root: Path, path: str, text: str) -> Path:
    """Write a file of the tree and return its place."""
    place = root / path.removeprefix("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


def test_a_kept_descriptor_gives_fresh_content(tmp_path: Path) -> None:
    """A second read sees what was written after the first."""
    tree = SystemTree(tmp_path)
    write(tmp_path, "/proc/stat", "first")
    assert "first" == tree.read("/proc/stat")
    write(tmp_path, "/proc/stat", "second")

    assert "second" == tree.read("/proc/stat")


def test_a_file_larger_than_one_read_is_whole(tmp_path: Path) -> None:
    """A file of many buffers comes back in full."""
    text = "cpu 1 2 3\n" * 20_000
    write(tmp_path, "/proc/stat", text)

    assert text == SystemTree(tmp_path).read("/proc/stat")


def test_a_seq_file_is_read_past_its_buffer() -> None:
    """The kernel's list of symbols, which comes a page at a time, is as long as with a plain read."""
    plain = Path("/proc/self/mounts").read_text()

    assert plain == SystemTree().read("/proc/self/mounts")


def test_an_absent_file_is_unavailable(tmp_path: Path) -> None:
    """The reason names the file as it is called on the host."""
    with pytest.raises(SourceUnavailableError, match=r"\A/proc/pressure/cpu: absent\Z"):
        SystemTree(tmp_path).read("/proc/pressure/cpu")


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.ENODEV, errno.ENXIO])
def test_what_a_kernel_does_not_support_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A file that exists and answers "not supported", as pressure does after psi=0, is not a fault."""
    write(tmp_path, "/proc/pressure/cpu", "")

    def refuse(*_: object) -> bytes:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "pread", refuse)
    with pytest.raises(SourceUnavailableError, match=os.strerror(number)):
        SystemTree(tmp_path).read("/proc/pressure/cpu")


@pytest.mark.parametrize("number", [errno.EIO, errno.EAGAIN, errno.EACCES])
def test_any_other_error_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """An I/O error is named and chained."""
    write(tmp_path, "/proc/stat", "")

    def refuse(*_: object) -> bytes:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "pread", refuse)
    with pytest.raises(SourceFailedError, match=os.strerror(number)) as caught:
        SystemTree(tmp_path).read("/proc/stat")

    assert isinstance(caught.value.__cause__, OSError)


def test_a_stale_descriptor_is_opened_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an error on the kept descriptor the path is opened once more before giving up."""
    write(tmp_path, "/proc/stat", "text")
    tree = SystemTree(tmp_path)
    tree.read("/proc/stat")
    real, failures = os.pread, [OSError(errno.ENODEV, "gone")]

    def fail_once(descriptor: int, length: int, offset: int) -> bytes:
        if failures:
            raise failures.pop()
        return real(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", fail_once)
    assert "text" == tree.read("/proc/stat")


def test_descriptors_do_not_pile_up(tmp_path: Path) -> None:
    """Reading again, reading once and closing leave no more descriptors than before."""
    write(tmp_path, "/proc/stat", "text")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted without opening one more iterator
    tree = SystemTree(tmp_path)
    for _ in range(5):
        tree.read("/proc/stat")
        tree.read_once("/proc/stat")
    tree.close()

    assert before == len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - likewise


def test_a_listing_numbers_entries_and_a_rename_takes_the_number_along(tmp_path: Path) -> None:
    """What tells another device under a used name; a folder that is not there is unavailable."""
    tree = SystemTree(tmp_path)
    first = write(tmp_path, "/sys/block/sda", "")
    write(tmp_path, "/sys/block/sdb", "")
    before = tree.numbers("/sys/block")
    first.rename(first.with_name("sdc"))

    assert {"sda", "sdb"} == before.keys()
    assert {"sdc": before["sda"], "sdb": before["sdb"]} == tree.numbers("/sys/block")
    with pytest.raises(SourceUnavailableError, match="/sys/class/net: absent"):
        tree.numbers("/sys/class/net")


def test_bytes_that_are_not_utf8_do_not_fail(tmp_path: Path) -> None:
    """A device may be named with any bytes; the text stays encodable, and names stay different."""
    (tmp_path / "name").write_bytes(b"vg\xff0")

    assert r"vg\xff0" == SystemTree(tmp_path).read_once("/name")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), (" 42\n", 42), ("-1", None), ("", None), ("1_000", None), ("²", None), ("9" * 25, None)],
)
def test_a_whole_number_is_digits_only(text: str, expected: int | None) -> None:
    """Signs, underscores, foreign digits and numbers beyond 64 bits are refused."""
    assert expected == whole(text)


def test_a_table_ignores_lines_without_separator() -> None:
    """A line without a second column is left out."""
    assert {"size": "4    7"} == dict(table("13\nsize 4    7\n"))

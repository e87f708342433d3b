# SPDX-License-Identifier: Apache-2.0
"""Words that were given up for those of the field (docs/glossary.md) stay away."""

import io
import keyword
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Identifiers, in code, SQL, documents and log events alike. What stands for them now is in the glossary.
GIVEN_UP = frozenset(
    {
        "Books",
        "Cells",
        "DOMAIN_SPEAKERS",
        "Desk",
        "GridAsk",
        "Guard",
        "Happening",
        "HostAsk",
        "Lifecycle",
        "Mention",
        "Narration",
        "Outage",
        "Piece",
        "Rejected",
        "Removal",
        "SIMULATED_SUFFIX",
        "STALE_TICKS",
        "Settled",
        "Speech",
        "Station",
        "Told",
        "Unfit",
        "Verdict",
        "World",
        "_HEAR_SECONDS",
        "_SILENT_TICKS",
        "_TOLD_COUNT",
        "_blind",
        "_blind_tick",
        "_on_told",
        "consumer_desk",
        "consumer_site",
        "consumer_world",
        "deaf",
        "domains_settle",
        "grid_feed",
        "happenings",
        "homeless",
        "keys_only",
        "meet_domains",
        "meet_host",
        "narrate",
        "narration",
        "nextNumber",
        "node_of",
        "node_shape",
        "outlast",
        "outstanding_count",
        "read_ask",
        "residency_arrive",
        "residency_depart",
        "residency_hear",
        "residency_listen",
        "residency_release",
        "residency_tell",
        "settle",
        "speakers",
        "stage_domain_speakers",
        "verdicts",
    }
)
# Parts of identifiers, one or several in a row, in whatever case they are written.
GIVEN_UP_PARTS = frozenset(
    {
        "bystander",
        "bystanders",
        "consumer_desk",
        "consumer_site",
        "deaf",
        "happening",
        "happenings",
        "hear",
        "heard",
        "homeless",
        "narrate",
        "narration",
        "outlast",
        "settle",
        "silence_ticks",
        "silent_ticks",
        "speaker",
        "speakers",
        "speech",
        "stale_ticks",
        "told_at",
        "told_count",
        "told_seconds",
    }
)
# What contains such a part and stays.
KEPT = frozenset(
    {
        # A function of an applied migration.
        "settle_claims",
        # A key of the status in JSON, and what finds it.
        "never_heard_hosts",
        "_never_heard",
        # The settling time of a measurement, a term of the field.
        "settle_seconds",
        "SETTLE_LIMIT_SECONDS",
        "_SETTLE_TICKS",
    }
)
# Applied migrations stay byte for byte; the rest is not written by hand.
LEFT_ALONE = ("consumer/schema/migrations/000", "requirements/", "dashboard/assets/plotly/", "LICENSE")
TEXTS = {".py", ".sql", ".md", ".js", ".mjs", ".ts", ".css", ".toml", ".yaml", ".sh", ".html", ""}
WORD = re.compile(r"(?<![\w-])\w+(?![\w-])")
COMPOUND = re.compile(r"\w*(?:[^\W_]_\w|[a-z][A-Z])\w*")
ANY_PART = re.compile("|".join(each.replace("_", "_?") for each in GIVEN_UP_PARTS), re.IGNORECASE)
BEFORE_A_PART = re.compile(r"_+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def texts() -> list[Path]:
    """Return the files of the repository that people write."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = [name for name in listing.stdout.split("\0") if name and not name.startswith(LEFT_ALONE)]
    paths = [ROOT / name for name in names if Path(name).suffix in TEXTS]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def parts(identifier: str) -> str:
    """Return the parts of an identifier as they stand in GIVEN_UP_PARTS, with a mark at both ends."""
    return f"_{'_'.join(BEFORE_A_PART.split(identifier.strip('_'))).lower()}_"


def identifiers(text: str, *, is_python: bool) -> Iterator[str]:
    """Return the identifiers of a text: those of several parts in prose, and each one in Python.

    The name of a test is a sentence, and no identifier that anybody else writes.
    """
    found = set(COMPOUND.findall(text))
    # To read a file's tokens takes long.
    if is_python and ANY_PART.search(text):
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        found |= {token.string for token in tokens if token.type == tokenize.NAME}
    return (each for each in found if not each.startswith("test_") and not keyword.iskeyword(each))


def given_up_parts(identifier: str) -> list[str]:
    """Return what of an identifier was given up."""
    if identifier in KEPT or not ANY_PART.search(identifier):
        return []
    return [each for each in GIVEN_UP_PARTS if f"_{each}_" in parts(identifier)]


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("hear", ["hear"]),
        ("_heard_at", ["heard"]),
        ("HeardList", ["heard"]),
        ("_STALE_TICKS", ["stale_ticks"]),
        ("lastToldAt", ["told_at"]),
        ("settle_claims", []),
        ("hearts", []),
        ("appears", []),
    ],
)
def test_a_part_is_found_in_whatever_case(identifier: str, expected: list[str]) -> None:
    """Split at underscores and where a capital begins."""
    assert expected == given_up_parts(identifier)


def test_no_part_that_was_given_up_is_used() -> None:
    """A word that was given up does not come back with another beside it."""
    found = {
        f"{path.relative_to(ROOT)}: {identifier}"
        for path in texts()
        for identifier in identifiers(path.read_text(encoding="utf-8"), is_python=path.suffix == ".py")
        if given_up_parts(identifier)
    }

    assert set() == found


def test_what_is_kept_is_still_there() -> None:
    """An exception that nothing needs any more is taken off the list."""
    everything = "\n".join(path.read_text(encoding="utf-8") for path in texts())

    assert [] == [each for each in KEPT if each not in everything]


def test_no_word_that_was_given_up_is_used() -> None:
    """One word per concept, and no opaque one."""
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in texts()
        for word in GIVEN_UP.intersection(WORD.findall(path.read_text(encoding="utf-8")))
    }

    assert set() == found


def test_no_file_is_named_by_a_word_that_was_given_up() -> None:
    """Neither does a module, a question or a script carry one."""
    assert [] == [str(path.relative_to(ROOT)) for path in texts() if path.stem in GIVEN_UP]

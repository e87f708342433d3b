# SPDX-License-Identifier: Apache-2.0
"""Words that were given up for those of the field (docs/glossary.md) stay away."""

import re
import subprocess
from pathlib import Path

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
# Applied migrations stay byte for byte; the rest is not written by hand.
LEFT_ALONE = ("consumer/schema/migrations/000", "requirements/", "dashboard/assets/plotly/", "LICENSE")
TEXTS = {".py", ".sql", ".md", ".js", ".mjs", ".ts", ".css", ".toml", ".yaml", ".sh", ".html", ""}
WORD = re.compile(r"(?<![\w-])\w+(?![\w-])")


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

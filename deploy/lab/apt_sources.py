# SPDX-License-Identifier: Apache-2.0
"""Which Debian archive this machine's apt uses, read from its configuration (sources.list(5))."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

from deploy.lab.errors import MirrorNotFoundError

OPTIONS = re.compile(r"\[([^\]]*)\]")
ROLLING_SUITES = frozenset({"stable", "oldstable", "testing", "unstable", "sid"})
USABLE_SCHEMES = ("http://", "https://", "file:", "copy:")
NEGATIVE = frozenset({"no", "false", "0", "off"})


class AptSource(NamedTuple):
    """One archive with its suites, from one stanza or line."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str | None


def parse_one_line(text: str) -> list[AptSource]:
    """Sources of a `sources.list` file; source packages and comments are left out."""
    sources = []
    for line in text.splitlines():
        bare = line.split("#", 1)[0].strip()
        if not bare.startswith(("deb ", "deb\t", "deb[")):
            continue
        match = OPTIONS.search(bare)
        options = (
            dict(pair.split("=", 1) for pair in shlex.split(match.group(1)) if "=" in pair) if match else {}
        )
        words = OPTIONS.sub(" ", bare).split()[1:]
        if len(words) >= 2:  # noqa: PLR2004 - an archive and a suite
            sources.append(AptSource((words[0],), (words[1],), tuple(words[2:]), options.get("signed-by")))
    return sources


def parse_deb822(text: str) -> list[AptSource]:
    """Sources of a `*.sources` file; disabled stanzas and source packages are left out."""
    sources = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1] in {" ", "\t"} and name:
                fields[name] += "\n" + line.strip()
            elif ":" in line:
                name, value = line.split(":", 1)
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in NEGATIVE:
            continue
        sources.append(
            AptSource(
                uris=tuple(fields.get("uris", "").split()),
                suites=tuple(fields.get("suites", "").split()),
                components=tuple(fields.get("components", "").split()),
                signed_by=fields.get("signed-by") or None,
            )
        )
    return sources


def choose_archive(sources: list[AptSource], codename: str) -> str:
    """URI of the Debian archive among the sources. Raises MirrorNotFoundError.

    Third-party archives are told from it by their suite (the release itself), their component (main) and
    their key. An archive that also offers `<codename>-updates` is surely Debian's own and preferred.
    """
    suites = ROLLING_SUITES | {codename}
    candidates = [
        uri
        for source in sources
        if suites & set(source.suites) and "main" in source.components and is_debian_key(source.signed_by)
        for uri in source.uris
        if uri.startswith(USABLE_SCHEMES)
    ]
    with_updates = {
        uri for source in sources if f"{codename}-updates" in source.suites for uri in source.uris
    }
    candidates.sort(key=lambda uri: uri not in with_updates)
    if not candidates:
        raise MirrorNotFoundError(
            f"this machine's apt configuration names no Debian archive for {codename} with component main; "
            "the lab is built from the archive that /etc/apt/sources.list or /etc/apt/sources.list.d uses"
        )
    return candidates[0].rstrip("/")


def is_debian_key(signed_by: str | None) -> bool:
    """Whether a Signed-By value can be the Debian archive's: absent, its keyring, or an inline key."""
    return signed_by is None or "debian-archive" in signed_by or "BEGIN PGP" in signed_by


def read_sources(root: Path = Path("/")) -> list[AptSource]:
    """All sources of a machine, in apt's order."""
    sources = []
    listing = root / "etc/apt/sources.list"
    if listing.is_file():
        sources += parse_one_line(listing.read_text())
    folder = root / "etc/apt/sources.list.d"
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.suffix == ".list":
            sources += parse_one_line(path.read_text())
        elif path.suffix == ".sources":
            sources += parse_deb822(path.read_text())
    return sources


def read_codename(root: Path = Path("/")) -> str:
    """VERSION_CODENAME of os-release(5), empty when it has none (unstable)."""
    for line in (root / "etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.split("=", 1)[1].strip().strip('"')
    return ""


def carried_configuration(dump: str) -> str:
    """The lines of `apt-config dump` that decide how an archive is reached."""
    kept = re.compile(
        r"^Acquire::(https?|ftp|Check-Date|Check-Valid-Until|Retries|ForceIPv[46]|Max-FutureTime)\b",
        re.IGNORECASE,
    )
    return "".join(
        f"{line}\n" for line in dump.splitlines() if kept.match(line) and not line.rstrip().endswith('"";')
    )

# SPDX-License-Identifier: Apache-2.0
"""The lab finds the Debian archive of a machine in apt's configuration."""

from pathlib import Path

import pytest

from deploy.lab.apt_sources import (
    carried_configuration,
    choose_archive,
    parse_deb822,
    parse_one_line,
    read_sources,
)
from deploy.lab.errors import MirrorNotFoundError

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/debian-archive.gpg] http://mirror.example/debian/ bookworm main contrib
deb http://mirror.example/debian bookworm-updates main # a remark
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian-security bookworm-security main
"""
DEB822 = """\
Types: deb
# a remark inside
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://packages.vendor.example/linux
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abcd

Types: deb-src
URIs: http://sources.example/debian
Suites: trixie
Components: main

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: trixie
Components: main
"""


def test_one_line_format_is_read_without_comments_and_source_packages() -> None:
    """A sources.list gives its binary archives with suites, components and key."""
    sources = parse_one_line(ONE_LINE)

    assert ["bookworm", "bookworm-updates", "bookworm-security"] == [source.suites[0] for source in sources]
    assert ("http://mirror.example/debian/",) == sources[0].uris
    assert ("main", "contrib") == sources[0].components
    assert "/usr/share/debian-archive.gpg" == sources[0].signed_by


def test_deb822_format_is_read_without_disabled_stanzas() -> None:
    """A .sources file gives its enabled binary archives, with a key that spans lines as one value."""
    sources = parse_deb822(DEB822)

    assert [("http://mirror.example/debian",), ("https://packages.vendor.example/linux",)] == [
        source.uris for source in sources
    ]
    assert "BEGIN PGP" in str(sources[1].signed_by)


@pytest.mark.parametrize(
    ("text", "codename"), [(ONE_LINE, "bookworm"), (DEB822, "trixie")], ids=["one-line", "deb822"]
)
def test_the_archive_is_the_one_with_the_release_and_its_updates(text: str, codename: str) -> None:
    """Security, sources, third parties and other suites are passed over."""
    sources = parse_one_line(text) + parse_deb822(text)

    assert "http://mirror.example/debian" == choose_archive(sources, codename)


def test_third_party_archives_alone_are_an_error() -> None:
    """Archives with other suites, other components or other keys are not taken for Debian's."""
    sources = parse_one_line(
        "deb http://a.example/apt bookworm-pgdg main\n"
        "deb http://b.example/linux/debian bookworm stable\n"
        "deb [signed-by=/usr/share/keyrings/vendor.gpg] http://c.example/debian bookworm main\n"
        "deb cdrom:[Debian]/ bookworm main\n"
    )

    with pytest.raises(MirrorNotFoundError, match="bookworm"):
        choose_archive(sources, "bookworm")


def test_both_places_are_read(tmp_path: Path) -> None:
    """sources.list comes first, then sources.list.d by name; files apt ignores are ignored."""
    folder = tmp_path / "etc/apt/sources.list.d"
    folder.mkdir(parents=True)
    (tmp_path / "etc/apt/sources.list").write_text("deb http://one.example/debian trixie main\n")
    (folder / "b.sources").write_text(DEB822)
    (folder / "a.list").write_text("deb http://two.example/debian trixie main\n")
    (folder / "c.list.disabled").write_text("deb http://three.example/debian trixie main\n")

    assert [
        "http://one.example/debian",
        "http://two.example/debian",
        "http://mirror.example/debian",
        "https://packages.vendor.example/linux",
    ] == [source.uris[0] for source in read_sources(tmp_path)]


def test_proxies_and_dates_are_carried_over_and_nothing_else() -> None:
    """Only those of apt's settings that decide how an archive is reached go into the root folder."""
    dump = """\
APT::Architecture "amd64";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::CaInfo "/etc/company/ca.pem";
Acquire::Check-Valid-Until "false";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
DPkg::Post-Invoke:: "rm -rf /";
"""

    assert (
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::https::CaInfo "/etc/company/ca.pem";\n'
        'Acquire::Check-Valid-Until "false";\n'
    ) == carried_configuration(dump)

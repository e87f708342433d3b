# SPDX-License-Identifier: Apache-2.0
"""Owner and tags in a VM's metadata, whatever else people put there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.inventory.labels import NO_LABELS, Labels, read_labels

XMLNS = 'xmlns:kvmgrid="urn:kvmgrid:domain:1"'


def metadata(inner: str) -> str:
    """Return metadata with one element of labels, as libvirt writes it."""
    return f"<metadata>\n    <kvmgrid:labels {XMLNS}>{inner}</kvmgrid:labels>\n  </metadata>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, NO_LABELS),
        ("<metadata/>", NO_LABELS),
        (metadata(""), NO_LABELS),
        (
            metadata("\n  <owner> shop </owner>\n  <tag>prod</tag>\n  <tag>tier:1</tag>\n"),
            Labels("shop", ("prod", "tier:1")),
        ),
        # As in a definition that somebody edits by hand, and as virsh takes it.
        (
            metadata("<kvmgrid:owner>shop</kvmgrid:owner><kvmgrid:tag>prod</kvmgrid:tag>"),
            Labels("shop", ("prod",)),
        ),
        (
            '<metadata><labels xmlns="urn:kvmgrid:domain:1"><tag>prod</tag></labels></metadata>',
            Labels(None, ("prod",)),
        ),
        (metadata("<owner>a &amp; <![CDATA[<b>]]></owner>"), Labels("a & <b>")),
        (metadata("<owner></owner><owner>first</owner><owner>second</owner>"), Labels("first")),
        (metadata(f"<owner>{'x' * 300}</owner>"), Labels("x" * 255)),
    ],
)
def test_labels_are_read(text: str | None, expected: Labels) -> None:
    """The element of our namespace counts, with any prefix; of several owners the first."""
    assert expected == read_labels(text)


def test_what_cannot_be_a_tag_is_left_out() -> None:
    """Of equal ones the first stays; of too many, the first 32; the others are as good as before."""
    bad = ["", "Prod", "two words", "x" * 65, "<b/>", "ä", "a&#10;b"]
    good = [f"t{number}" for number in range(40)]
    inner = "".join(f"<tag>{tag}</tag>" for tag in [*bad, "t0", *good, "t1"])

    assert Labels(None, tuple(good[:32])) == read_labels(metadata(inner))


@pytest.mark.parametrize(
    "text",
    [
        # Others' elements, and ours inside of theirs.
        '<metadata k="urn:kvmgrid:domain:1"><o:labels xmlns:o="urn:o"><tag>x</tag></o:labels></metadata>',
        f"<metadata><app>{metadata('<tag>x</tag>')}</app></metadata>",
        metadata("<group><tag>x</tag></group><owner/>"),
        '<metadata><k:labels xmlns:k="urn:kvmgrid:domain:2"><tag>x</tag></k:labels></metadata>',
        # No XML.
        metadata("<tag>x</tag>")[:-3],
        metadata("<tag>x</tag></owner>"),
        metadata("<tag>&undefined;</tag>"),
        metadata("<undeclared:tag>x</undeclared:tag>"),
        # Entities: nothing is expanded, read from elsewhere or waited for.
        f'<!DOCTYPE m [<!ENTITY x "prod">]>{metadata("<tag>&x;</tag>")}',
        f'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>{metadata("<owner>&x;</owner>")}',
        f'<!DOCTYPE m SYSTEM "http://127.0.0.1/x.dtd">{metadata("<tag>prod</tag>")}',
    ],
)
def test_anything_else_gives_no_labels(text: str) -> None:
    """It is not an error either: people put what they like into metadata."""
    assert NO_LABELS == read_labels(text)


def test_only_the_first_element_counts() -> None:
    """A domain has one element of a namespace; a host may send what it likes."""
    two = metadata("<tag>a</tag>").replace("</metadata>", "") + metadata("<tag>b</tag>").replace(
        "<metadata>", ""
    )

    assert Labels(None, ("a",)) == read_labels(two)


def test_a_deep_text_is_no_trouble() -> None:
    """As deep as the wire lets metadata be long."""
    assert NO_LABELS == read_labels(metadata("<a>" * 9_000 + "</a>" * 9_000))


@given(st.text(max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    """Whatever stands in the element; lone surrogates have no bytes."""
    found = read_labels(metadata(f"<owner>{text}</owner><tag>{text}</tag>"))

    assert isinstance(found, Labels)

# SPDX-License-Identifier: Apache-2.0
"""Owner and tags of a VM, from an element that people put into the metadata of its definition. Pure.

``<kvmgrid:labels xmlns:kvmgrid="urn:kvmgrid:domain:1"><owner>shop</owner><tag>prod</tag></kvmgrid:labels>``

Whoever may edit a VM writes it: anything may stand there. What cannot be read gives no labels; what cannot be
a tag is left out. The text is bounded by the wire, and the parser expands no entities of its own.
"""

from typing import NamedTuple
from xml.parsers import expat

from publisher.wire.field_types import TAG_COUNT_MAX, TAG_PATTERN

NAMESPACE = "urn:kvmgrid:domain:1"
OWNER_CHARACTERS = 255
# Below the metadata; what stands deeper belongs to somebody else's element.
_LABELS_DEPTH = 2
_LABELS = f"{NAMESPACE} labels"
# People write the inner elements with the prefix or without.
_INNER = {
    name: name.removeprefix(f"{NAMESPACE} ")
    for name in ("owner", "tag", f"{NAMESPACE} owner", f"{NAMESPACE} tag")
}


class Labels(NamedTuple):
    """What people call a VM's purpose: nothing of it has a meaning here."""

    owner: str | None = None
    tags: tuple[str, ...] = ()


NO_LABELS = Labels()


class _Reader:
    """Gathers the texts of the first element of labels."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._path: list[str] = []
        self._count = 0
        self._text: list[str] | None = None

    def start(self, name: str, _attributes: object) -> None:
        self._path.append(name)
        if name == _LABELS and len(self._path) == _LABELS_DEPTH:
            self._count += 1
        inside = self._count == 1 and len(self._path) == _LABELS_DEPTH + 1 and self._path[1] == _LABELS
        self._text = [] if inside and name in _INNER else None

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        self._path.pop()
        if self._text is not None:
            self.found.append((_INNER[name], "".join(self._text).strip()))
        self._text = None


def read_labels(metadata: str | None) -> Labels:
    """Return the labels in a VM's metadata; none where there is no element, or what is no XML."""
    if metadata is None or NAMESPACE not in metadata:
        # Of nearly every VM.
        return NO_LABELS
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    # libvirt writes no document type; with one come entities, whose texts grow without bound.
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(metadata, True)
    except (expat.ExpatError, _Doctype):
        return NO_LABELS
    owner = next((text for name, text in reader.found if name == "owner" and text), None)
    # A dict keeps the order and the first of equal ones.
    tags = dict.fromkeys(text for name, text in reader.found if name == "tag" and TAG_PATTERN.fullmatch(text))
    return Labels(owner and owner[:OWNER_CHARACTERS], tuple(tags)[:TAG_COUNT_MAX])


class _Doctype(Exception):  # noqa: N818 - never leaves this module
    """The metadata have a document type."""


def _refuse(*_declaration: object) -> None:
    raise _Doctype

# SPDX-License-Identifier: Apache-2.0
"""Elements with holes: a browser gets each template once, and of every use only what fills its holes.

A name in braces is a hole, as a child, as the value of an attribute or within either. A use is an element as
well: ``=`` and the name of its template instead of a tag, then the fillings in the order of the holes. Holes
that a template inherits are filled by the use around it. assets/template.js fills them. A filling is never
searched for holes, whatever a VM is called. One that is None leaves its child or attribute out.
"""

import re
from collections.abc import Container, Iterable, Mapping

from dashboard.parts.markup import Child, Element, Json

HOLE = re.compile(r"\{([a-z_]+)\}")
USE = "="


class Template:
    """A tree with holes. Calling it returns a use of it."""

    def __init__(self, name: str, tree: Element, *, inherited: Container[str] = ()) -> None:
        self.name = name
        self.tree = tree
        holes = dict.fromkeys(HOLE.findall(str(tree)))
        self.holes = tuple(hole for hole in holes if hole not in inherited)
        self._tag = USE + name

    def __call__(self, **fillings: "Child | None") -> Element:
        """Return a use: small, and understood by browsers that have the template."""
        return [self._tag, *(fillings[hole] for hole in self.holes)]

    def filled(self, **fillings: "Child | None") -> Element:
        """Return the whole tree, for a place where templates are not known."""
        tree = _fill(self.tree, fillings)
        assert isinstance(tree, list)  # noqa: S101 - a template is an element, filled or not
        return tree


def described(templates: Iterable[Template]) -> dict[str, Json]:
    """Return what a browser has to know of templates: holes and tree of each by its name."""
    return {template.name: [list(template.holes), template.tree] for template in templates}


def _fill(part: Json, fillings: Mapping[str, Json]) -> Json:
    if isinstance(part, str):
        whole = HOLE.fullmatch(part)
        return fillings[whole[1]] if whole else HOLE.sub(lambda hole: str(fillings[hole[1]]), part)
    if isinstance(part, dict):
        values = {name: _fill(value, fillings) for name, value in part.items()}
        return {name: value for name, value in values.items() if isinstance(value, str)}
    if isinstance(part, list):
        return [filled for each in part if (filled := _fill(each, fillings)) is not None]
    return part

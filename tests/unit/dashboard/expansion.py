# SPDX-License-Identifier: Apache-2.0
"""Trees without templates. assets/template.js does the same in a browser, as the tests of the pages see."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dashboard.parts.markup import Json
from dashboard.parts.template import USE, Template


def expanded(
    tree: Json, templates: Mapping[str, Template], around: Mapping[str, Json] = MappingProxyType({})
) -> Json:
    """Return a tree with every use replaced by what it stands for."""
    if not isinstance(tree, list):
        return tree
    head = tree[0]
    if not isinstance(head, str) or not head.startswith(USE):
        return [expanded(part, templates, around) for part in tree]
    template = templates[head.removeprefix(USE)]
    fillings: dict[str, Any] = dict(around)
    for hole, filling in zip(template.holes, tree[1:], strict=True):
        fillings[hole] = expanded(filling, templates, fillings)
    return template.filled(**fillings)

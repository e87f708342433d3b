# SPDX-License-Identifier: Apache-2.0
"""What to write instead of a filter of VMs that no VM meets."""

from dashboard.filters.tree import And, Node, Text, Word, bare


def advice(node: Node) -> str | None:
    """Return what may have been meant, or None.

    Two words of one field are never true together, and a word alone is looked for in names only.
    """
    conditions = node.nodes if isinstance(node, And) else (node,)
    asked = [each.qualifier for each in conditions if isinstance(each, Word)]
    if len(asked) != len(set(asked)):
        return "A space asks for both; write or between them for either."
    alone = [each for each in conditions if isinstance(each, Text) and not each.qualifier]
    if len(alone) != 1 or len(alone[0].pieces) != 1:
        return None
    word = bare(alone[0].pieces[0])
    return f"A word alone is part of a name; uuid:{word}, tag:{word} and owner:{word} look elsewhere."

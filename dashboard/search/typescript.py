# SPDX-License-Identifier: Apache-2.0
"""Writes the structs of the search field as TypeScript declarations.

``python -m dashboard.search.typescript`` prints assets/types/search_contract.d.ts.
"""

from dashboard.parts.typescript import declarations
from dashboard.search.contract import SearchFound, SearchGroup, SearchHit, SearchTyped


def search_declarations() -> str:
    """Return the text of the file."""
    return declarations((SearchTyped, SearchHit, SearchGroup, SearchFound), "dashboard.search")


if __name__ == "__main__":
    print(search_declarations(), end="")  # noqa: T201 - its output is the file

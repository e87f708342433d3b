# SPDX-License-Identifier: Apache-2.0
"""Writes the structs of the field of a filter as TypeScript declarations.

``python -m dashboard.components.filter_typescript`` prints assets/types/filter_contract.d.ts.
"""

from dashboard.filters.contract import FilterChecked, FilterChoice, FilterFault, FilterTyped
from dashboard.parts.typescript import declarations

WRITER = "dashboard.components.filter_typescript"


def filter_declarations() -> str:
    """Return the text of the file."""
    structs = (FilterTyped, FilterFault, FilterChoice, FilterChecked)
    return declarations(structs, "dashboard.filters", writer=WRITER)


if __name__ == "__main__":
    print(filter_declarations(), end="")  # noqa: T201 - its output is the file

# SPDX-License-Identifier: Apache-2.0
"""When a change counts as shown. Pure."""

from loadgen.scenario.scenario import Shows


def is_shown(shows: Shows, value: object, before: object) -> bool:
    """Tell whether a value fulfils the condition; ``before`` is what it was when the change began."""
    if shows.among is not None:
        return value in shows.among
    if not isinstance(value, int | float):
        return False
    if shows.above is not None:
        return value > shows.above
    # From nothing known, nothing can be said to have risen.
    if shows.risen_by is None or not isinstance(before, int | float):
        return False
    return value - before >= shows.risen_by


def condition(shows: Shows) -> str:
    """Return the condition in words, to stand behind the name of what shows it."""
    if shows.among is not None:
        return f" is {' or '.join(shows.among)}"
    return f" above {shows.above:g}" if shows.above is not None else f" up by {shows.risen_by:g}"

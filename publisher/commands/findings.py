# SPDX-License-Identifier: Apache-2.0
"""What ``check`` finds: one line each, with what to do about it."""

from typing import Literal

from msgspec import Struct

from publisher.exit_codes import ExitCode

Outcome = Literal["OK", "WARN", "FAIL"]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. ``exit_code`` is what a failure of this kind makes of the exit status."""

    outcome: Outcome
    subject: str
    detail: str
    fix: str | None = None
    exit_code: ExitCode = ExitCode.FAILURE


def exit_code(found: list[Finding]) -> ExitCode:
    """Return the status of the first failure, 0 without one."""
    return next((finding.exit_code for finding in found if finding.outcome == "FAIL"), ExitCode.OK)

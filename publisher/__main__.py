# SPDX-License-Identifier: Apache-2.0
"""``python -m publisher``, for development; the deployed name is ``kvmgrid-publisher``."""

from publisher.cli import main

main(prog_name="kvmgrid-publisher")

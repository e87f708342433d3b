# SPDX-License-Identifier: Apache-2.0
"""``python -m loadgen``: the same as ``kvmgrid-loadgen``."""

from loadgen.cli import main

if __name__ == "__main__":
    main()

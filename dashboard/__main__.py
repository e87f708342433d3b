# SPDX-License-Identifier: Apache-2.0
"""``python -m dashboard``."""

from dashboard.cli import main

if __name__ == "__main__":
    main()

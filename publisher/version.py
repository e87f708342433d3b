# SPDX-License-Identifier: Apache-2.0
"""The version of this publisher, as it stands in pyproject.toml (a test compares them).

Written down, because asking the installed distribution loads two megabytes of modules.
"""

VERSION = "0.1.0"

# SPDX-License-Identifier: Apache-2.0
"""From flushes to the tables, and from refused messages to quarantine."""

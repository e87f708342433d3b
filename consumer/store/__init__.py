# SPDX-License-Identifier: Apache-2.0
"""From flushes to the tables, and what cannot be stored to quarantine."""

# SPDX-License-Identifier: Apache-2.0
"""The upkeep of the database beside the ingest: rollups, columns, retention."""

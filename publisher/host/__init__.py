# SPDX-License-Identifier: Apache-2.0
"""The host's side of a tick: its collectors together, and what happened to it between two readings."""

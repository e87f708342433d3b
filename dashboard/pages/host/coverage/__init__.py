# SPDX-License-Identifier: Apache-2.0
"""What of a host is missing in a range, and why (docs/decisions/0044)."""

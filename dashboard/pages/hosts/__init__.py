# SPDX-License-Identifier: Apache-2.0
"""The hosts as a table."""

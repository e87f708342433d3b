# SPDX-License-Identifier: Apache-2.0
"""Rows to figures: pure functions, so that a figure can be asserted without a browser."""

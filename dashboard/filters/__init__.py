# SPDX-License-Identifier: Apache-2.0
"""The filter language: one for all lists, from a text to a condition of SQL."""

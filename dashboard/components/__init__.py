# SPDX-License-Identifier: Apache-2.0
"""Pieces of pages without callbacks: rows in, elements out."""

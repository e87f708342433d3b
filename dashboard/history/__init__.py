# SPDX-License-Identifier: Apache-2.0
"""What the pages of one object share: its range, the rows of its chart, the words above it."""

# SPDX-License-Identifier: Apache-2.0
"""What several pages show: rows in, elements out; and the callback of a page that is a Parts alone."""

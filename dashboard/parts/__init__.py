# SPDX-License-Identifier: Apache-2.0
"""Trees of elements that are built here and patched in place by the browser."""

# SPDX-License-Identifier: Apache-2.0
"""From messages to the bytes of rows, by table."""

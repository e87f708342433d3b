# SPDX-License-Identifier: Apache-2.0
"""Who may change things: passwords, sessions, the door before the pages, and the changes themselves."""

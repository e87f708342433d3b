# SPDX-License-Identifier: Apache-2.0
"""From a tick or an event to a message: the body is composed when the spool has given it its number."""

# SPDX-License-Identifier: Apache-2.0
"""The database's schema: roles, migrations, retention."""

# SPDX-License-Identifier: Apache-2.0
"""The component Chart for any object: its panels, rows and axes as arrays, and what of them travels."""

-- SPDX-License-Identifier: Apache-2.0
-- From now on this session hears whose stays other consumers change.
LISTEN kvmgrid_residency

-- SPDX-License-Identifier: Apache-2.0
-- From now on this session is notified of the domains whose stays other consumers change.
LISTEN kvmgrid_residency

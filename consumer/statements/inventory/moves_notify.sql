-- SPDX-License-Identifier: Apache-2.0
-- Tells the other consumers, at the commit, that these domains have moved. domain_ids: as text, with commas; '': many.
SELECT pg_notify('kvmgrid_residency', %(domain_ids)s)

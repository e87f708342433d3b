-- SPDX-License-Identifier: Apache-2.0
-- Notifies the other consumers, at the commit, that these domains have moved. domain_ids: text, with commas; '': many.
SELECT pg_notify('kvmgrid_residency', %(domain_ids)s)

-- SPDX-License-Identifier: Apache-2.0
-- The domains that live on a host now. host_id. Materialized, so that the stays are found by their host: of a table that
-- was not analysed yet, the planner takes the index of all open stays to be as short.
WITH stays AS MATERIALIZED (SELECT domain_id, valid_to FROM residency WHERE host_id = %(host_id)s)
SELECT domain_id FROM stays WHERE valid_to IS NULL

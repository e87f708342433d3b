-- SPDX-License-Identifier: Apache-2.0
-- Tags of hosts, from the settings of their publishers; none from publishers of before.
ALTER TABLE hosts ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
SELECT append_view_column('hosts_now', 'h.tags', 'tags');

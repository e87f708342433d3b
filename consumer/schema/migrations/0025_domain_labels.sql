-- SPDX-License-Identifier: Apache-2.0
-- Owner and tags of domains, which a consumer reads in their metadata. Those of domains that are known already come with
-- their next description, within an hour.
ALTER TABLE domains
    ADD COLUMN owner text,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
SELECT append_view_column('domains_now', 'd.owner', 'owner');
SELECT append_view_column('domains_now', 'd.tags', 'tags');

-- SPDX-License-Identifier: Apache-2.0
-- From now on this session looks rows up by their keys. Of a table that has grown since it was last analysed, as when a
-- fleet arrives, the planner thinks that it is small enough to be read through, and keeps to a plan made when it was.
SET enable_seqscan = off

-- SPDX-License-Identifier: Apache-2.0
-- From now on this session looks rows up by their keys. A table may have grown since it was last analysed, as when a
-- fleet arrives. The planner then thinks it small enough to be read through, and keeps a plan made when it was.
SET enable_seqscan = off

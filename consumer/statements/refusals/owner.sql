-- SPDX-License-Identifier: Apache-2.0
-- Acts as the schema's owner, who alone may read and remove what is in quarantine.
SET ROLE kvmgrid_owner

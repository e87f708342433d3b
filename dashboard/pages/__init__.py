# SPDX-License-Identifier: Apache-2.0
"""The pages, in the order of the bar: a page is a folder here and a line in PAGES."""

from dashboard.page import Page
from dashboard.pages.alert.page import ALERT
from dashboard.pages.alerts.page import ALERTS_PAGE
from dashboard.pages.fleet.page import FLEET
from dashboard.pages.host.page import HOST
from dashboard.pages.hosts.page import HOSTS
from dashboard.pages.vm.page import VM
from dashboard.pages.vms.page import VMS

PAGES: tuple[Page, ...] = (FLEET, HOSTS, VMS, ALERTS_PAGE, HOST, VM, ALERT)

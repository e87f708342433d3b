from tests.dashboard.host_crowd import copy_host
from tests.dashboard.seeding import Load, domain, host_batch, utc_now
from datetime import timedelta

SLOW = Load(tick_seconds=600.0)


def test_zz(open_page, dashboard, seeder, database):
    now = utc_now()
    vms = [domain(1, "a"), domain(2, "b", state=5)]
    seeder.store(
        [
            host_batch("hv1", now, 1, SLOW._replace(domains=vms)),
            host_batch("hv2-bad", now, 1, SLOW._replace(cpu_ratio=1.0)),
            host_batch("gone", now - timedelta(hours=2), 1, Load()),
            host_batch("late", now - timedelta(seconds=200), 1, Load(tick_seconds=90)),
        ]
    )
    copy_host(database.owner_url, "hv1", 997)
    for scheme in ("light", "dark"):
        for name, w, h in (("wide", 1440, 900), ("phone", 390, 844)):
            page, faults = open_page(color_scheme=scheme, viewport={"width": w, "height": h})
            logs = []
            page.on("console", lambda m: logs.append(m.text))
            page.on("requestfailed", lambda r: logs.append("FAILED " + r.url))
            page.on(
                "response",
                lambda r: (
                    logs.append(f"{r.status} {r.url}")
                    if r.status >= 400 or "suites/dash_ag" in r.url
                    else None
                ),
            )
            page.goto(dashboard.url + "/hosts")
            try:
                page.wait_for_selector(".ag-row", timeout=20000)
                page.wait_for_timeout(1500)
            finally:
                page.screenshot(path=f"/tmp/web/hosts-{scheme}-{name}.png")
                print(scheme, name, faults, logs[:20])

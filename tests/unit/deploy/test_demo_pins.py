# SPDX-License-Identifier: Apache-2.0
"""A demo runs with what requirements/demo.txt lists."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Imports every module of what a demo starts, where what the list lacks cannot be imported.
PROGRAM = """
import importlib, importlib.metadata, pkgutil, re, sys
listed = set(sys.argv[1].split())
absent = {
    module
    for module, names in importlib.metadata.packages_distributions().items()
    if not listed & {re.sub(r"[-_.]+", "-", name).lower() for name in names} and module not in sys.modules
}


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"{name} is not in requirements/demo.txt", name=name)
        return None


sys.meta_path.insert(0, Absent())
sys.path.insert(0, ".")
for package in ("deploy.demo", "deploy.lab", "publisher", "consumer", "dashboard", "loadgen"):
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if not found.name.endswith("__main__") or package == "deploy.demo":
            importlib.import_module(found.name)
assert "pytest" in absent and "dash" not in absent
"""


def test_what_a_demo_starts_imports_only_what_its_list_has() -> None:
    """A module that needs more belongs to the tests, or its package into an extra of the demo."""
    text = (ROOT / "requirements/demo.txt").read_text()
    listed = [*re.findall(r"^([a-z0-9-]+)(?:\[[a-z,-]+\])?==", text, re.MULTILINE), "kvmgrid"]
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, " ".join(listed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (result.returncode, result.stderr)

# SPDX-License-Identifier: Apache-2.0
"""The lab's root folder: a Debian with the services' packages, built once and kept in the cache.

It is built under a temporary name and renamed when complete. So a folder with the final name is whole.
A lock makes a second builder wait. Everything that runs for the build runs in an enclosure and ends with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from deploy.lab.apt_sources import carried_configuration, choose_archive, read_codename, read_sources
from deploy.lab.definition import DEFINITION, Definition, cache_directory
from deploy.lab.enclosure import Enclosure, Plan, User
from deploy.lab.errors import BuildError, CommandError, NoNetworkError, NoSpaceError, NotRootError
from deploy.lab.readiness import log_tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# 0.8 GB when complete, the downloaded packages besides while it is built.
NEEDED_BYTES = 2 * 1024**3
STEP_TIMEOUT_SECONDS = 3600.0
# For an archive's name, connection and first bytes; for all together twice that.
ANSWER_SECONDS = 4
# wget(1): the server answered with an error, as for a suite that it does not have.
_SERVER_SAYS_NO = 8
APT_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive"}
PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
FILES = {
    # invoke-rc.d asks this script; 101 = "action forbidden by policy", so that no package starts its daemon.
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
    "etc/postgresql-common/createcluster.conf": "create_main_cluster = false\n",
    # The folder is either built completely or thrown away: no sync per file is needed.
    "etc/dpkg/dpkg.cfg.d/lab": (
        "force-unsafe-io\n"
        "path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n"
    ),
    "etc/hostname": "lab\n",
    "etc/hosts": "127.0.0.1 localhost lab\n::1 localhost ip6-localhost\n",
}


class RootFolder(NamedTuple):
    """A complete root folder."""

    path: Path

    def user(self, name: str) -> User:
        """Numbers of one of its users."""
        for line in (self.path / "etc/passwd").read_text().splitlines():
            fields = line.split(":")
            if fields[0] == name:
                return User(user_id=int(fields[2]), group_id=int(fields[3]))
        raise BuildError(f"{self.path} has no user {name}")


def root_folder(
    definition: Definition = DEFINITION, *, progress: Callable[[str], None] | None = None
) -> RootFolder:
    """The root folder, built first when the cache does not have it. Raises LabError."""
    final = cache_directory() / definition.key
    if final.is_dir():
        return RootFolder(final)
    if os.geteuid() != 0:
        raise NotRootError
    return build(definition, final, progress=progress or say)


def say(text: str) -> None:
    """Show progress on the terminal."""
    print(text, end="", flush=True)


def build(definition: Definition, final: Path, *, progress: Callable[[str], None]) -> RootFolder:
    """Build a root folder at `final`, or wait for the one who does."""
    final.parent.mkdir(parents=True, exist_ok=True)
    with build_lock(final.parent / "build.lock", progress):
        if final.is_dir():
            return RootFolder(final)
        check_space(final.parent)
        work = final.with_name(f"{final.name}.building")
        log = final.with_name(f"{final.name}.log")
        shutil.rmtree(work, ignore_errors=True)
        log.write_text("")
        # Services read the folder as users of their own, whatever the caller's umask is.
        umask = os.umask(0o022)
        try:
            RootBuilder(definition, work, log, progress).run()
            os.sync()
            work.rename(final)
        finally:
            os.umask(umask)
            shutil.rmtree(work, ignore_errors=True)
    return RootFolder(final)


def clean(*, progress: Callable[[str], None]) -> None:
    """Remove every root folder and guest image of the cache that nobody uses at the moment."""
    cache = cache_directory()
    if not cache.is_dir():
        return
    with build_lock(cache / "build.lock", progress):
        for path in sorted(cache.iterdir()):
            if not path.is_dir():
                if path.suffix == ".log":
                    path.unlink()
                continue
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                progress(f"lab: {path} is in use and stays\n")
            else:
                shutil.rmtree(path)
                progress(f"lab: removed {path}\n")
            finally:
                os.close(descriptor)


@contextlib.contextmanager
def build_lock(path: Path, progress: Callable[[str], None] | None = None) -> Iterator[None]:
    """One builder at a time; the kernel frees the lock when its holder ends."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            (progress or say)(
                f"lab: another process is building the root folder, waiting for it (lock {path})\n"
            )
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_space(folder: Path) -> None:
    """Raise NoSpaceError when the build cannot fit."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < NEEDED_BYTES:
        raise NoSpaceError(
            f"the lab's root folder needs {NEEDED_BYTES / 1e9:.1f} GB while it is built, {folder} has "
            f"{free_bytes / 1e9:.1f} GB free; KVMGRID_CACHE may name another place"
        )


class RootBuilder:
    """The steps of one build."""

    def __init__(
        self, definition: Definition, work: Path, log: Path, progress: Callable[[str], None]
    ) -> None:
        self._definition = definition
        self._work = work
        self._log = log
        self._progress = progress

    def run(self) -> None:
        """Run every step in order. Raises BuildError naming the step and the log."""
        kernel = self._definition.guest_kernel_package
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            (f"basic Debian {self._definition.suite}", self._bootstrap),
            ("package lists", self._update),
            (f"{len(self._definition.packages)} packages and what they need", self._install),
            *((("guest kernel", self._fetch_kernel),) if kernel else ()),
            ("tidy up", self._tidy),
        )
        self._progress(
            f"lab: building the root folder {self._work.with_suffix('')} (once; log {self._log})\n"
        )
        for number, (name, step) in enumerate(steps, start=1):
            self._progress(f"lab: step {number} of {len(steps)}: {name} ... ")
            started = time.monotonic()
            try:
                step()
            except NoNetworkError:
                self._progress("failed\n")
                raise
            except (CommandError, OSError, subprocess.SubprocessError) as error:
                self._progress("failed\n")
                raise BuildError(
                    f"building the lab failed in step {number} ({name}): {error}\n"
                    f"end of {self._log}:\n{log_tail(self._log)}"
                ) from error
            self._progress(f"{time.monotonic() - started:.0f} s\n")

    def _bootstrap(self) -> None:
        if shutil.which("debootstrap") is None:
            raise BuildError(
                "debootstrap is missing: run `deploy/setup demo`, or install the package debootstrap"
            )
        archive = choose_archive(read_sources(), read_codename())
        check_answers(f"{archive.rstrip('/')}/dists/{self._definition.suite}/InRelease", proxy_environment())
        with Enclosure(Plan(root=None), log=self._log) as enclosure:
            enclosure.run(
                ["debootstrap", "--variant=minbase", self._definition.suite, str(self._work), archive],
                log=self._log, environment=proxy_environment(), timeout_seconds=STEP_TIMEOUT_SECONDS,
            )  # fmt: skip
        for name, text in FILES.items():
            path = self._work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self._work / "usr/sbin/policy-rc.d").chmod(0o755)
        carry_archive_access(self._work)

    def _inside(self, *arguments: str) -> None:
        folder = Path("/var/log/build")
        (self._work / "var/log/build").mkdir(exist_ok=True)
        plan = Plan(root=self._work, read_only=False, binds=((self._log.parent, folder),))
        with Enclosure(plan, log=self._log) as enclosure:
            enclosure.run(
                arguments, log=folder / self._log.name, environment=APT_ENVIRONMENT | proxy_environment(),
                timeout_seconds=STEP_TIMEOUT_SECONDS,
            )  # fmt: skip

    def _update(self) -> None:
        self._inside("apt-get", "update", "--error-on=any")

    def _install(self) -> None:
        self._inside("apt-get", "install", "--yes", "--no-install-recommends", *self._definition.packages)

    def _fetch_kernel(self) -> None:
        script = (
            "set -eu; mkdir -p /opt/kernel; cd /opt/kernel; "
            f"package=$(apt-cache depends {self._definition.guest_kernel_package}"
            " | sed -n 's/.*Depends: //p' | head -n 1); "
            'apt-get download "$package"; dpkg -x ./*.deb .; rm ./*.deb'
        )
        self._inside("sh", "-c", script)

    def _tidy(self) -> None:
        self._inside("apt-get", "clean")
        for folder in ("var/lib/apt/lists", "var/log/build"):
            shutil.rmtree(self._work / folder, ignore_errors=True)


def proxy_environment() -> dict[str, str]:
    """The caller's proxies, or apt's: debootstrap's downloader does not read apt's settings."""
    environment = {name: os.environ[name] for name in PROXY_VARIABLES if os.environ.get(name)}
    for scheme in ("http", "https"):
        proxy = apt_config("shell", "PROXY", f"Acquire::{scheme}::Proxy").partition("=")[2].strip().strip("'")
        if proxy and proxy != "DIRECT":
            environment.setdefault(f"{scheme}_proxy", proxy)
    return environment


def check_answers(url: str, environment: dict[str, str]) -> None:
    """Raise BuildError soon when the archive does not answer: debootstrap would try for minutes.

    The file is asked for with debootstrap's own downloader, once.
    """
    if not url.startswith("http"):
        return
    command = ["wget", "--quiet", "--tries=1", f"--timeout={ANSWER_SECONDS}", "--output-document=-", url]
    limits = {"RES_OPTIONS": "timeout:1 attempts:2"}
    try:
        result = subprocess.run(
            command, env=os.environ | environment | limits, stdout=subprocess.DEVNULL,
            timeout=2 * ANSWER_SECONDS, check=False,
        )  # fmt: skip
        answered = result.returncode in {0, _SERVER_SAYS_NO}
    except subprocess.TimeoutExpired:
        answered = False
    if not answered:
        raise NoNetworkError(f"no network: the archive does not answer ({url})")


def apt_config(*arguments: str) -> str:
    """Output of apt-config."""
    return subprocess.run(["apt-config", *arguments], capture_output=True, text=True, check=True).stdout


def carry_archive_access(root: Path) -> None:
    """Copy what reaching the archive takes here: apt's proxies, logins, certificates, name service."""
    configuration = carried_configuration(apt_config("dump"))
    (root / "etc/apt/apt.conf.d/00machine").write_text(configuration)
    copied = ["/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt", "/etc/apt/auth.conf"]
    copied += [str(path) for path in Path("/etc/apt/auth.conf.d").glob("*.conf")]
    copied += [str(path) for path in Path("/usr/local/share/ca-certificates").glob("**/*.crt")]
    copied += [word.strip('";') for word in configuration.split() if word.startswith('"/')]
    for name in copied:
        source, target = Path(name), root / name.lstrip("/")
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            # The folder's resolv.conf may be a link to nowhere.
            target.unlink(missing_ok=True)
            shutil.copyfile(source, target)

"""Debian packages, unpacked: each suite and machine has an apt of its own, so nothing is installed, without root.

Packages come from wherever the machine's own apt gets Debian from, and apt checks them.
"""

import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.toolchain.cache import Unavailable, keep_links_inside, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One suite of Debian for one machine."""

    name: str
    """`bookworm`; source: the Debian archive, 2026-11."""
    machine: str = "amd64"
    """As Debian calls it."""
    security: bool = False
    """Whether its security updates are wanted too. Only for amd64: mirrors often have half of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apt:
    """An apt that knows one suite and no installed package."""

    work: Path
    """The folder it keeps everything in."""
    environment: dict[str, str]

    def named(self, *packages: str) -> list[Path]:
        """Download these packages, which may be `name=version`, and no others; return the files, sorted."""
        run("apt-get", "-qq", "download", *packages, environment=self.environment, directory=self.work / "debs")
        return sorted((self.work / "debs").glob("*.deb"))

    def with_all_they_need(self, *packages: str) -> list[Path]:
        """Download these packages and all that they depend on; return the files, sorted."""
        run("apt-get", "-qq", "-y", "--download-only", "install", *packages, environment=self.environment)
        return sorted((self.work / "cache/archives").glob("*.deb"))

    def needs(self, package: str) -> list[str]:
        """Return the names that `package` depends on."""
        shown = run("apt-cache", "depends", "--important", package, environment=self.environment)
        return re.findall(r"^\s*\|?Depends: (\S+)$", shown, re.MULTILINE)


@contextmanager
def private_apt(suite: Suite) -> Iterator[Apt]:
    """Give an apt that has read the lists of `suite`.

    Raises Unavailable where there is no Debian to take from; CalledProcessError if apt fails.
    """
    sources = _sources(suite)
    with tempfile.TemporaryDirectory(prefix="wheelmatrix-apt-") as scratch:
        work = Path(scratch)
        for folder in ("lists/partial", "cache/archives/partial", "debs", "nothing"):
            (work / folder).mkdir(parents=True)
        (work / "status").touch()
        (work / "sources.list").write_text(sources)
        (work / "apt.conf").write_text(_settings(work, suite.machine))
        apt = Apt(work=work, environment=os.environ | {"APT_CONFIG": str(work / "apt.conf")})
        run("apt-get", "-qq", "update", environment=apt.environment)
        yield apt


def unpack(packages: list[Path], into: Path) -> None:
    """Unpack packages over each other, as if their root were `into`; no link leads out of it afterwards.

    As in every installed Debian, `/lib` is a link to `/usr/lib`; the packages of bookworm still fill both.
    """
    for folder in ("lib", "lib64"):
        (into / "usr" / folder).mkdir(parents=True, exist_ok=True)
        (into / folder).symlink_to(f"usr/{folder}")
    for package in packages:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as archive:
            # `dpkg-deb --extract` would put a folder in the place of the link.
            run("tar", "-x", "--keep-directory-symlink", "-C", into, stdin=archive.stdout)
        if archive.returncode:
            raise subprocess.CalledProcessError(archive.returncode, archive.args)
    keep_links_inside(into)


def _sources(suite: Suite) -> str:
    """Return apt's list of sources: the addresses are those that this machine's apt has for Debian."""
    if missing := [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]:
        raise Unavailable(f"{' and '.join(missing)} not found: the toolchain is made of Debian packages")
    if platform.machine() != "x86_64":
        raise Unavailable(f"the toolchain is for x86_64, this machine is {platform.machine()}")
    if not KEYRING.exists():
        raise Unavailable(f"{KEYRING} not found: install debian-archive-keyring")
    listed = run("apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages")
    places = []
    for wanted, pattern in ((suite.name, r"^[a-z]+ (\S+/debian)/?$"), (f"{suite.name}-security", r"-security (\S+)$")):
        if wanted == suite.name or suite.security:
            address = re.search(pattern, listed, re.MULTILINE)
            if address is None:
                raise Unavailable(f"apt knows no address for Debian's {wanted}: add one to its sources")
            places.append(f"deb [arch={suite.machine} signed-by={KEYRING}] {address[1]} {wanted} main\n")
    return "".join(places)


def _settings(work: Path, machine: str) -> str:
    return f"""
        Dir::State "{work}"; Dir::State::status "{work}/status"; Dir::Cache "{work}/cache";
        Dir::Etc::sourcelist "{work}/sources.list"; Dir::Etc::sourceparts "{work}/nothing";
        Dir::Etc::preferencesparts "{work}/nothing";
        APT::Architecture "{machine}"; APT::Architectures {{ "{machine}"; }}; APT::Sandbox::User "";
        APT::Install-Recommends "false"; Acquire::Languages "none"; Acquire::Retries "3";
        Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false"; Debug::NoLocking "true";
    """

"""Pythons that a test machine lacks, unpacked from Debian packages: nothing is installed, root is not needed.

    python -m tests.toolchain DIR --python cp314-x86_64 pp311-x86_64

prints JSON: per name the `executable` (a script that starts that Python as any other), the `command` that it runs and
the `env` to set with it. What DIR holds already is left alone, so a second run only prints. Needs apt, any Debian on
x86_64 and its archive keys; packages come from wherever the machine's own apt gets Debian from, and apt checks them.
"""

import argparse
import fcntl
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LOADER = "lib64/ld-linux-x86-64.so.2"
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")


class Unavailable(Exception):
    """This machine cannot provide the toolchain; the text says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where one Python comes from."""

    suite: str
    """Debian suite that has it; source: the Debian archive, 2026-11."""
    packages: tuple[str, ...]
    """What is asked for; apt adds what these depend on."""
    program: str
    """The interpreter, below the root it is unpacked in."""


PYTHONS = {
    "cp314-x86_64": Source(
        suite="forky", packages=("python3.14-minimal", "libpython3.14-stdlib"), program="usr/bin/python3.14"
    ),
    "cp315-x86_64": Source(
        suite="forky", packages=("python3.15-minimal", "libpython3.15-stdlib"), program="usr/bin/python3.15"
    ),
    "pp311-x86_64": Source(suite="trixie", packages=("pypy3", "pypy3-lib"), program="usr/bin/pypy3"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A Python that can be started."""

    executable: Path
    """A script that starts it, with its own libc, whatever the variables."""
    command: tuple[str, ...]
    """What the script runs, before the arguments."""
    env: dict[str, str]
    """Variables for `command`; the script needs none."""

    def as_json(self) -> dict[str, object]:
        """Return what `python -m tests.toolchain` prints of it."""
        return {"executable": str(self.executable), "command": list(self.command), "env": self.env}


def provide(directory: Path, names: Iterable[str]) -> dict[str, Unpacked]:
    """Unpack the Pythons that `directory` lacks; return all that were asked for, by name.

    Several processes may call this at once: they wait for each other.
    Raises Unavailable where there is no Debian to take from; CalledProcessError if apt fails.
    """
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in names:
            if not (directory / name).exists():
                _make(directory / name, PYTHONS[name])
    return {name: _unpacked(directory / name, PYTHONS[name]) for name in names}


def default_directory() -> Path:
    """Return where tests keep the toolchain: WHEELMATRIX_TEST_CACHE, else `.cache/toolchain` of the checkout."""
    chosen = os.environ.get("WHEELMATRIX_TEST_CACHE")
    return Path(chosen) / "toolchain" if chosen else Path(__file__).parents[1] / ".cache/toolchain"


def _unpacked(root: Path, source: Source) -> Unpacked:
    folders = ":".join(str(root / folder) for folder in LIBRARIES)
    program = str(root / source.program)
    # With its own name as argv[0] the interpreter finds its standard library below its own root.
    command = (str(root / LOADER), "--library-path", folders, "--argv0", program, program)
    return Unpacked(executable=_script(root, source), command=command, env={})


def _script(root: Path, source: Source) -> Path:
    return root / "bin" / Path(source.program).name


def _make(root: Path, source: Source) -> None:
    """Make `root` beside its place and rename it, so that it is whole or absent."""
    print(f"toolchain: unpacking {root.name} (Debian {source.suite})", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".making-") as scratch:
        (work := Path(scratch, "root")).mkdir(mode=0o755)
        with _downloaded(source) as packages:
            for package in packages:
                _run("dpkg-deb", "--extract", package, work)
        for folder in ("lib", "lib64"):  # the links of a merged /usr are in no package
            if not (work / folder).exists() and (work / "usr" / folder).is_dir():
                (work / folder).symlink_to(f"usr/{folder}")
        _keep_links_inside(work)
        script = _script(work, source)
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\nexec {shlex.join(_unpacked(root, source).command)} "$@"\n')
        script.chmod(0o755)
        work.rename(root)


def _keep_links_inside(root: Path) -> None:
    """Make absolute links relative, so that they lead to what was unpacked and not to the machine's own files."""
    for link in [path for path in root.rglob("*") if path.is_symlink()]:
        aim = link.readlink()
        if aim.is_absolute():
            link.unlink()
            link.symlink_to(os.path.relpath(root / aim.relative_to("/"), link.parent))


@contextmanager
def _downloaded(source: Source) -> Iterator[list[Path]]:
    """Have an apt that knows one suite, and no installed package, download `source` with all it depends on."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        for folder in ("lists/partial", "cache/archives/partial"):
            (work / folder).mkdir(parents=True)
        (work / "status").touch()
        (work / "sources.list").write_text(f"deb [arch=amd64 signed-by={KEYRING}] {_debian()} {source.suite} main\n")
        (work / "apt.conf").write_text(_settings(work))
        environment = os.environ | {"APT_CONFIG": str(work / "apt.conf")}
        _run("apt-get", "-qq", "update", environment=environment)
        _run("apt-get", "-qq", "-y", "--download-only", "install", *source.packages, environment=environment)
        yield sorted((work / "cache/archives").glob("*.deb"))


def _settings(work: Path) -> str:
    return f"""
        Dir::State "{work}"; Dir::State::status "{work}/status"; Dir::Cache "{work}/cache";
        Dir::Etc::sourcelist "{work}/sources.list"; Dir::Etc::sourceparts "-"; Dir::Etc::preferencesparts "-";
        APT::Architecture "amd64"; APT::Architectures {{ "amd64"; }}; APT::Sandbox::User "";
        APT::Install-Recommends "false"; Acquire::Languages "none"; Acquire::Retries "3";
        Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false"; Debug::NoLocking "true";
    """


def _debian() -> str:
    """Return the address that this machine's apt has for Debian's main archive."""
    if missing := [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]:
        raise Unavailable(f"{' and '.join(missing)} not found: the toolchain is made of Debian packages")
    if platform.machine() != "x86_64":
        raise Unavailable(f"the toolchain is for x86_64, this machine is {platform.machine()}")
    if not KEYRING.exists():
        raise Unavailable(f"{KEYRING} not found: install debian-archive-keyring")
    listed = _run("apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages")
    archive = re.search(r"^[a-z]+ (\S+/debian)/?$", listed, re.MULTILINE)
    if archive is None:
        raise Unavailable("apt knows no Debian archive: add one to its sources")
    return archive[1]


def _run(*command: str | Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, env=environment, text=True, capture_output=True)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()
    return done.stdout


def main() -> None:
    """Serve the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.toolchain", description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--python", nargs="+", default=sorted(PYTHONS), choices=sorted(PYTHONS), metavar="NAME")
    options = parser.parse_args()
    try:
        found = provide(options.directory, options.python)
    except Unavailable as error:
        sys.exit(f"toolchain: {error}")
    print(json.dumps({name: python.as_json() for name, python in found.items()}, indent=2))


if __name__ == "__main__":
    main()

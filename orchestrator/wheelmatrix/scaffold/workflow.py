"""What a CI service is told: which jobs build, with what, and who releases."""

import json
from collections.abc import Iterable, Mapping

from wheelmatrix.values import dataclass

MARK = "Made by `wheelmatrix generate-ci"
"""In the first line of each file that is made: such a file may be made again."""

ACTIONS: Mapping[str, str] = {
    "checkout": "actions/checkout@v6",
    "python": "actions/setup-python@v6",
    "cache": "actions/cache@v5",
    "upload": "actions/upload-artifact@v6",
    "download": "actions/download-artifact@v7",
    "attest": "actions/attest@v4",
}
"""Actions of GitHub's own, by what they do, each with its newest major version that was seen at work.

Source: what `maturin generate-ci` of 1.16.0 writes; cache: the release notes of v5.0.0. Date: 2026-11-27.
"""

SDIST_COMMAND = "wheelmatrix sdist --out dist"
"""Makes the sdist, whichever backend the project names; before the wheels, which are no part of it."""

TARGETS: Mapping[str, Mapping[str, str]] = {
    "linux": {
        "x86_64": "x86_64-unknown-linux-gnu.2.17",
        "x86": "i686-unknown-linux-gnu.2.17",
        "aarch64": "aarch64-unknown-linux-gnu.2.17",
        "armv7": "armv7-unknown-linux-gnueabihf.2.17",
        "s390x": "s390x-unknown-linux-gnu.2.17",
        "ppc64le": "powerpc64le-unknown-linux-gnu.2.19",
    },
    "musllinux": {
        "x86_64": "x86_64-unknown-linux-musl",
        "x86": "i686-unknown-linux-musl",
        "aarch64": "aarch64-unknown-linux-musl",
        "armv7": "armv7-unknown-linux-musleabihf",
    },
    "windows": {
        "x64": "x86_64-pc-windows-gnu",
        "x86": "i686-pc-windows-gnu",
        "aarch64": "aarch64-pc-windows-gnullvm",
    },
    "macos": {
        "x86_64": "x86_64-apple-darwin",
        "aarch64": "aarch64-apple-darwin",
    },
}
"""What is built where a project does not say: the platforms of `maturin generate-ci`, by its names; Linux links all.

Each is told by the lowest floor that both Rust's std and zig have. Source: `maturin generate-ci` of 1.16.0, 2026-11-27.
"""
DEFAULT_TARGETS = tuple(target for platform in TARGETS.values() for target in platform.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildJob:
    """What one machine builds."""

    name: str
    """`linux`, `linux-arm`, `macos`, `windows`."""
    triples: tuple[str, ...]
    """What Rust's std has to be there for."""
    arguments: tuple[str, ...]
    """Of `wheelmatrix build`, where there are several jobs: what of the matrix is built by this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """Everything that the files of the services are made of."""

    jobs: tuple[BuildJob, ...]
    """Never empty."""
    variables: tuple[tuple[str, str], ...] = ()
    """What is selected, for every job: `WHEELMATRIX_…` to value. What pyproject.toml says is not repeated."""
    arguments: tuple[str, ...] = ()
    """Further arguments of `wheelmatrix build`."""
    folder: str = ""
    """Where in the repository the project lies, `/` as separator; empty: at its root."""
    lock: str = "Cargo.lock"
    """Path of the lock file, relative to the root of the repository."""
    target_directory: str = "target"
    """cargo's target directory, relative to the root of the repository."""
    verifies: str = "--verify"
    """How the wheels are verified."""
    is_trusted: bool = True
    """The index trusts the service; otherwise a secret has the token."""
    attests: bool = True
    """The service signs where the files are from."""
    environment: str = ""
    """Environment of the service that releases are sent from; empty: none."""

    @property
    def is_crossed(self) -> bool:
        """True: one Linux machine builds everything."""
        return [job.name for job in self.jobs] == ["linux"]


def usual(target_directory: str) -> Workflow:
    """Return the workflow of a project that says nothing: everything, on one Linux machine."""
    triples = tuple(target.partition(".")[0] for target in DEFAULT_TARGETS)
    return Workflow(
        jobs=(BuildJob(name="linux", triples=triples, arguments=()),),
        variables=selected(DEFAULT_TARGETS),
        target_directory=target_directory,
    )


def selected(targets: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the variables that select every interpreter, and these targets."""
    return ("WHEELMATRIX_ALL_INTERPRETERS", "true"), ("WHEELMATRIX_TARGETS", " ".join(targets))


def scalar(value: str) -> str:
    """Return a value of a mapping for YAML; a long list of words gets a line a word, which are read as one line."""
    if len(value) < 80 or " " not in value:
        return json.dumps(value, ensure_ascii=False)
    return ">-\n" + "\n".join(f"    {word}" for word in value.split(" "))

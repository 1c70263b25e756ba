"""What the plan is made from, by hand: a project, its `cargo metadata` and a machine, with the real tables."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from typing import Any

from wheelmatrix import resources, tables
from wheelmatrix.model import (
    Abi,
    Crate,
    Gathered,
    Host,
    Installed,
    Interpreter,
    Metadata,
    Plan,
    Project,
    PyO3,
    Target,
    Version,
)
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan import plan

TABLES = tables.load(resources.table_texts())
ROOT = PurePath("/home/user/project")
BUILDS = ROOT / "target" / "wheelmatrix" / "builds"
LINUX = "x86_64-unknown-linux-gnu"
MUSL = "x86_64-unknown-linux-musl"
TODAY = date(2026, 11, 23)
_CRATE_ID = "path+file:///home/user/project#sample@1.0.0"
_PYO3_ID = "registry+index#pyo3@0.29.0"
_STABLE = {
    "abi3": [],
    **{f"abi3-py3{minor}": [f"abi3-py3{minor + 1}"] for minor in range(8, 15)},
    "abi3-py315": ["abi3"],
    "abi3t": [],
    "abi3t-py315": ["abi3t"],
}
"""pyo3's features as its manifest chains them upwards."""


def row(interpreter: str) -> Interpreter:
    """Return a row of the real tables by its id."""
    return next(each for each in TABLES.interpreters if each.id == interpreter)


def target(triple: str = LINUX, floor: Version | None = None) -> Target:
    """Return a row of the real tables, with a floor if wanted."""
    return replace(TABLES.targets[triple], floor=floor)


def version_abi(interpreter: str) -> Abi:
    """Return the ABI of one Python alone."""
    return Abi(kind="version", interpreter=row(interpreter))


def cargo_metadata(
    pyo3: Iterable[str] = (), *, features: Mapping[str, list[str]] | None = None, optional: bool = False
) -> dict[str, Any]:
    """Return the part of `cargo metadata` that features are read from.

    `pyo3`: features that the crate's dependency on pyo3 turns on; `features`: the crate's own, by what they turn on.
    """
    dependency = {
        "name": "pyo3",
        "rename": None,
        "optional": optional,
        "kind": None,
        "uses_default_features": True,
        "features": list(pyo3),
    }
    edge = {"name": "pyo3", "pkg": _PYO3_ID, "dep_kinds": [{"kind": None, "target": None}]}
    return {
        "packages": [
            {"id": _CRATE_ID, "name": "sample", "features": dict(features or {}), "dependencies": [dependency]},
            {"id": _PYO3_ID, "name": "pyo3", "features": {"default": [], **_STABLE}, "dependencies": []},
        ],
        "resolve": {"nodes": [{"id": _CRATE_ID, "deps": [edge]}, {"id": _PYO3_ID, "deps": []}]},
    }


def binding(version: tuple[int, int, int] = (0, 29, 0), **changed: Any) -> PyO3:
    """Return a pyo3; the ranges are those of 0.29 unless they are given."""
    facts: dict[str, Any] = {
        "crate": "pyo3",
        "version": version,
        "features": frozenset(),
        "cpython": ((3, 8), (3, 15)),
        "pypy": ((3, 11), (3, 11)),
        "graalpy": ((3, 12), (3, 13)),
        "free_threaded_since": (3, 14),
    }
    return PyO3(**{**facts, **changed})


def project(
    requires_python: str = ">=3.9",
    *,
    pyo3: PyO3 | None = None,
    module_name: str = "sample",
    crate_types: tuple[str, ...] = ("cdylib",),
    crate_name: str = "sample",
) -> Project:
    """Return a project at `ROOT`; its crate is the root package."""
    crate = Crate(
        name=crate_name,
        version="1.0.0",
        package_id=_CRATE_ID,
        manifest=ROOT / "Cargo.toml",
        workspace=ROOT,
        target_directory=ROOT / "target",
        library="sample",
        crate_types=crate_types,
        has_lock=True,
        pyo3=pyo3 or binding(),
    )
    metadata = Metadata(
        name="Sample.Project",
        version="1.0",
        requires_python=requires_python,
        text=b"Metadata-Version: 2.4\n",
        entry_points=b"",
        licenses=(),
    )
    return Project(
        root=ROOT, crate=crate, metadata=metadata, module_name=module_name, is_mixed="." in module_name, sources=()
    )


def installed(interpreter: str, **changed: Any) -> Installed:
    """Return a Python of this machine with the ABI of a row."""
    facts = row(interpreter)
    name = f"python{facts.version[0]}.{facts.version[1]}{'t' * facts.free_threaded}"
    found: dict[str, Any] = {
        "executable": PurePath("/venv/bin/python"),
        "base_executable": PurePath("/usr/bin") / name,
        "implementation": facts.implementation,
        "version": facts.version,
        "patch": f"{facts.version[0]}.{facts.version[1]}.1",
        "free_threaded": facts.free_threaded,
        "debug": False,
        "ext_suffix": "",
        "soabi": f"{facts.soabi}-x86_64-linux-gnu",
        "platform": "linux-x86_64",
        "word_bits": 64,
        "source": "PATH",
    }
    return Installed(**{**found, **changed})


def gathered(
    *, triple: str = LINUX, cpus: int = 4, stds: Iterable[str] = (), programs: Iterable[str] = (), **changed: Any
) -> Gathered:
    """Return a machine: no Python is on it unless one is given, nor a std or program for other targets.

    `programs` are in `/usr/bin`.
    """
    host = Host(
        triple=triple,
        os=TABLES.targets[triple].os if triple in TABLES.targets else "linux",
        rustc="rustc 1.95.0",
        cpus=cpus,
        stds=frozenset(stds),
    )
    facts: dict[str, Any] = {
        "directory": ROOT,
        "pyproject": ROOT / "pyproject.toml",
        "pyproject_text": "",
        "cargo_metadata": cargo_metadata(),
        "host": host,
        "programs": {name: PurePath("/usr/bin") / name for name in programs},
        "cargo_home": PurePath("/home/user/.cargo"),
        "python": PurePath("/venv/bin/python"),
        "today": TODAY,
    }
    return Gathered(**{**facts, **changed})


def planned(options: BuildOptions | None = None, machine: Gathered | None = None, what: Project | None = None) -> Plan:
    """Return a plan; without options that of `--all-interpreters`."""
    return plan(options or BuildOptions(all_interpreters=True), TABLES, machine or gathered(), what or project())


def stems(made: Plan) -> list[str]:
    """Return the tags of the planned wheels, without name and version."""
    return [wheel.stem.removeprefix("sample_project-1.0-") for wheel in made.wheels]


def reasons(made: Plan) -> dict[str, str]:
    """Return why each cell was left out."""
    return {each.cell: each.reason for each in made.left}

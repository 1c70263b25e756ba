"""Small gathered facts to decide on: a crate at /p, the packages of its graph, and files by name."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from wheelmatrix.model import Gathered, Host, SourceFile

ROOT = PurePosixPath("/p")
MANIFEST = ROOT / "Cargo.toml"
HOST = Host(triple="x86_64-unknown-linux-gnu", os="linux", rustc="", cpus=2)


def needs(name: str, *features: str, **more: Any) -> dict[str, Any]:
    """Return an entry of `dependencies`; `kind`, `optional`, `rename`, `default` may be given."""
    return {
        "name": name,
        "kind": more.get("kind"),
        "optional": more.get("optional", False),
        "rename": more.get("rename"),
        "uses_default_features": more.get("default", True),
        "features": list(features),
    }


def package(name: str, version: str = "0.1.0", **more: Any) -> dict[str, Any]:
    """Return a package of `cargo metadata`; its id is its name, or its name and version where `id` says so."""
    lib = {"name": name.replace("-", "_"), "kind": ["cdylib"], "crate_types": ["cdylib"]}
    base: dict[str, Any] = {
        "name": name,
        "version": version,
        "id": name,
        "manifest_path": f"/{name}/Cargo.toml",
        "features": {},
        "dependencies": [],
        "targets": [lib],
        "metadata": None,
        "readme": None,
        "license_file": None,
    }
    return base | more


PYO3 = (
    package(
        "pyo3",
        "0.25.1",
        features={
            "default": ["macros"],
            "macros": [],
            "extension-module": ["pyo3-ffi/extension-module"],
            "abi3": ["pyo3-ffi/abi3"],
            "abi3-py39": ["abi3", "pyo3-ffi/abi3-py39"],
        },
        dependencies=[needs("pyo3-ffi")],
    ),
    package("pyo3-ffi", "0.25.1", features={"default": [], "extension-module": [], "abi3": [], "abi3-py39": ["abi3"]}),
)


def metadata(*packages: Mapping[str, Any], root: str | None = "tiny", members: Sequence[str] = ()) -> dict[str, Any]:
    """Return what `cargo metadata` says of packages: each dependency that is among them is an edge."""
    ids = {each["name"]: each["id"] for each in packages}
    nodes = []
    for each in packages:
        found = [one for one in each["dependencies"] if one["name"] in ids]
        edges = [
            {
                "name": (one["rename"] or one["name"]).replace("-", "_"),
                "pkg": one.get("to", ids[one["name"]]),
                "dep_kinds": [{"kind": one["kind"]}],
            }
            for one in found
        ]
        nodes.append({"id": each["id"], "deps": edges})
    return {
        "packages": list(packages),
        "resolve": {"nodes": nodes, "root": root},
        "workspace_members": list(members or (packages[:1] and [packages[0]["id"]])),
        "workspace_root": "/p",
        "target_directory": "/p/target",
    }


def tiny(**more: Any) -> dict[str, Any]:
    """Return the crate itself."""
    given = {"manifest_path": str(MANIFEST), "dependencies": [needs("pyo3", "extension-module")]}
    return package("tiny", **(given | more))


def gathered(
    pyproject: str = '[project]\nname = "tiny"\nversion = "1.0"\n',
    *,
    files: Sequence[str] = (),
    texts: Mapping[str, str] | None = None,
    cargo: Mapping[str, Any] | None = None,
) -> Gathered:
    """Return facts; names of files are relative to /p, `*` at the end marks an executable, `!` a dead link."""
    return Gathered(
        directory=ROOT,
        pyproject=ROOT / "pyproject.toml",
        pyproject_text=pyproject,
        cargo_metadata=cargo or metadata(tiny(), *PYO3),
        texts={ROOT / name: text for name, text in (texts or {}).items()},
        files=tuple(source(name) for name in sorted(files)),
        host=HOST,
        today=date(2026, 1, 1),
    )


def source(name: str) -> SourceFile:
    """Return a file of the project."""
    path = ROOT / name.rstrip("*!")
    return SourceFile(
        path=path, real_path=path, executable=name.endswith("*"), size_bytes=-1 if name.endswith("!") else 1
    )

"""A new project: which files it has, and what they say."""

from string import Template
from typing import Literal

from wheelmatrix.scaffold import github, manifests, python, rust, workflow
from wheelmatrix.scaffold.names import module_of
from wheelmatrix.values import dataclass

Kind = Literal["pyo3", "pyo3-ffi", "cffi", "uniffi", "bin"]
"""What ties Python and Rust together; the names are those of `--bindings`."""
Layout = Literal["pure", "mixed", "src"]
"""pure: Rust alone; mixed: Rust in `src/`, a Python package in `python/`; src: Rust in `rust/`, Python in `src/`."""

KINDS: dict[Kind, str] = {
    "pyo3": "an extension module, with Rust's own API of Python",
    "pyo3-ffi": "an extension module, with Python's C API as it is",
    "cffi": "a C library that Python calls through cffi: one wheel for all Pythons",
    "uniffi": "a library for Python and other languages: one wheel for all Pythons",
    "bin": "a program: one wheel for all Pythons",
}
"""Each kind with what it makes; in the order of the menu."""

KEPT = frozenset({".gitignore", "README.md", github.PATH})
"""Files that a folder may have had before it became a project of Rust: they stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What is asked of `new` and `init`."""

    name: str
    """Of the crate and of the distribution, checked."""
    kind: Kind
    layout: Layout


def files(project: NewProject) -> dict[str, str]:
    """Return the project's files: relative path, `/` as separator, to text; sorted by path.

    What it makes builds, installs and passes its own tests as it is.
    """
    is_mixed = project.layout != "pure"
    module = module_of(project.name)
    crate = "rust/" if project.layout == "src" else ""
    package = {"pure": "", "mixed": "python/", "src": "src/"}[project.layout]
    texts = {
        ".gitignore": manifests.GITIGNORE,
        "README.md": manifests.readme(project.kind),
        "pyproject.toml": manifests.pyproject(project.kind, project.layout),
        f"{crate}Cargo.toml": manifests.cargo(project.kind),
        **{f"{crate}{path}": text for path, text in rust.sources(project.kind).items()},
        **{f"{package}{path}": text for path, text in python.sources(project.kind, is_mixed=is_mixed).items()},
        "tests/test_$module.py": python.tests(project.kind, is_mixed=is_mixed),
    }
    words = {"name": project.name, "module": module, "native": "_native" if is_mixed else module}
    filled = {Template(path).substitute(words): Template(text).substitute(words) for path, text in texts.items()}
    filled[github.PATH] = github.text(workflow.usual(f"{crate}target"))
    return dict(sorted(filled.items()))

"""Cargo.toml, pyproject.toml and what lies beside them in a new project, as templates."""

from collections.abc import Mapping

BACKEND, BACKEND_REQUIREMENT = "maturin", "maturin>=1.16,<2"
"""What pip builds a new project with, and what it installs for that."""
OLDEST_PYTHON = "3.10"
"""What a new project asks for at least: a Python that is not past its end of life, or not for long."""

GITIGNORE = """\
/dist/
target/
.wheelmatrix/

__pycache__/
.pytest_cache/
.venv/
*.py[cod]
*.so
"""

_README = """\
# $name

$what

```
wheelmatrix build                                a wheel for this Python, in dist/
wheelmatrix build --all-interpreters --verify    wheels for every Python, and the tests run with them
```

On GitHub, `.github/workflows/wheels.yml` builds them for Linux, Alpine, Windows and macOS, and sends what has a tag to
PyPI, once the project there trusts that workflow. `wheelmatrix generate-ci` writes it anew.
"""

_CARGO = """\
[package]
name = "$name"
version = "0.1.0"
edition = "2024"
"""
_LIBRARY = """\

[lib]
name = "$module"
crate-type = ["cdylib"]
"""
_UNIFFI_BINDGEN = """\

# What writes the Python half is part of the project, so that it is always of the same version as the library.
[features]
bindgen = ["uniffi/cli", "uniffi/cargo-metadata"]

[[bin]]
name = "uniffi-bindgen"
path = "uniffi-bindgen.rs"
required-features = ["bindgen"]
"""
_DEPENDENCIES: Mapping[str, str] = {
    "pyo3": '\n[dependencies]\npyo3 = "0.29"\n',
    "pyo3-ffi": '\n[dependencies]\npyo3-ffi = "0.29"\n',
    "cffi": '\n[build-dependencies]\ncbindgen = { version = "0.29", default-features = false }\n',
    "uniffi": '\n[dependencies]\nuniffi = { version = "0.31", default-features = false }\n',
    "bin": "\n[dependencies]\n",
}
"""Versions that were built and tried, 2026-11-27."""

_WHAT: Mapping[str, str] = {
    "pyo3": "A Python module written in Rust.",
    "pyo3-ffi": "A Python module written in Rust.",
    "cffi": "A library written in Rust, for Python.",
    "uniffi": "A library written in Rust, for Python and other languages.",
    "bin": "A program written in Rust.",
}


def cargo(kind: str) -> str:
    """Return Cargo.toml."""
    library = "" if kind == "bin" else _LIBRARY
    return _CARGO + library + _DEPENDENCIES[kind] + (_UNIFFI_BINDGEN if kind == "uniffi" else "")


def readme(kind: str) -> str:
    """Return README.md."""
    return _README.replace("$what", _WHAT[kind])


def pyproject(kind: str, layout: str) -> str:
    """Return pyproject.toml: `[tool.maturin]` has what is read by both programs."""
    tables = (_build_system(), _project(kind), _tool(kind, layout), _VERIFY)
    return "\n".join(table for table in tables if table)


def _build_system() -> str:
    return f'[build-system]\nrequires = ["{BACKEND_REQUIREMENT}"]\nbuild-backend = "{BACKEND}"\n'


def _project(kind: str) -> str:
    cffi = 'dependencies = ["cffi>=1.15"]\n' if kind == "cffi" else ""
    return f"""\
[project]
name = "$name"
description = "{_WHAT[kind].removesuffix(".")}"
readme = "README.md"
requires-python = ">={OLDEST_PYTHON}"
{cffi}classifiers = [
  "Programming Language :: Python :: 3 :: Only",
  "Programming Language :: Rust",
]
dynamic = ["version"] # Cargo.toml has it

[dependency-groups]
test = ["pytest>=8"]
"""


def _tool(kind: str, layout: str) -> str:
    lines = [
        f'bindings = "{kind}"' if kind in ("cffi", "uniffi", "bin") else "",
        'manifest-path = "rust/Cargo.toml"' if layout == "src" else "",
        f'python-source = "{"src" if layout == "src" else "python"}"' if layout != "pure" else "",
        f'module-name = "$module{"" if kind == "bin" else ".$native"}"' if layout != "pure" else "",
    ]
    said = "".join(f"{line}\n" for line in lines if line)
    return f"[tool.maturin]\n{said}" if said else ""


_VERIFY = """\
[tool.wheelmatrix.verify]
test-command = "pytest {project}/tests"
test-groups = ["test"]
"""

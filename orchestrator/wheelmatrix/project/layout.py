"""How the project is laid out: where the Python package is, what the module is called, where the library goes."""

from collections.abc import Iterable, Mapping
from keyword import iskeyword
from pathlib import PurePath
from typing import Any

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import CargoPackage
from wheelmatrix.options import BuildOptions
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things are in the project."""

    root: PurePath
    """Directory of pyproject.toml, or of Cargo.toml where there is none."""
    python_root: PurePath
    """Directory that holds the Python package."""
    module_name: str
    """Dotted."""
    is_mixed: bool

    @property
    def package(self) -> str:
        """First part of the module's name."""
        return self.module_name.partition(".")[0]

    @property
    def extension(self) -> str:
        """Last part of the module's name."""
        return self.module_name.rpartition(".")[2]


def layout(
    options: BuildOptions,
    project: Mapping[str, Any],
    crate: CargoPackage,
    root: PurePath,
    files: Iterable[PurePath],
    declared: str,
) -> Layout:
    """Return the layout; `files` are those that were listed, absolute; `declared` is lib.name of Cargo.toml.

    Raises ConfigError for a module name that cannot be imported, and a python-source without the package.
    """
    name = (
        program_name(options, project, crate, declared)
        if crate.is_program
        else module_name(options, project, crate.library, declared)
    )
    package = name.partition(".")[0]
    known = frozenset(files)
    for python_root in python_roots(options, root, crate.manifest):
        folder = python_root / package
        if _is_package(folder, known):
            return Layout(root=root, python_root=python_root, module_name=name, is_mixed=True)
    python_root = python_roots(options, root, crate.manifest)[0]
    if options.python_source:
        raise ConfigError.of(
            f"python-source has no package {package}",
            where=str(python_root / package),
            hint="correct python-source or module-name; the module's first part is the package",
        )
    return Layout(root=root, python_root=root, module_name=name, is_mixed=False)


def module_name(options: BuildOptions, project: Mapping[str, Any], library: str, declared: str) -> str:
    """Return the import path: module-name, else what Cargo.toml calls the library, else the project's name.

    `library` is what cargo calls it if Cargo.toml does not (`declared` is empty then); it is the last resort.
    Raises ConfigError if the name cannot be imported.
    """
    if options.module_name:
        if _is_importable(options.module_name):
            return options.module_name
        better = options.module_name.replace("-", "_")
        hint = f'module-name = "{better}"' if _is_importable(better) else "dotted Python names: package._native"
        raise ConfigError.of(
            f"{options.module_name!r} cannot be imported: each part has to be a Python name",
            where="module-name",
            hint=hint,
        )
    names = (declared.replace("-", "_"), str(project.get("name", "")), library.replace("-", "_"))
    return next((name for name in names if _is_importable(name)), names[2])


def program_name(options: BuildOptions, project: Mapping[str, Any], crate: CargoPackage, declared: str) -> str:
    """Return what the Python package beside programs is called; it need not be there, nor be a name for Python.

    Source: the order that maturin 1.16 has, which keeps hyphens.
    """
    return options.module_name or declared or str(project.get("name", "")) or crate.name


def possible_packages(
    options: BuildOptions, project: Mapping[str, Any], library: str, crate: str = ""
) -> tuple[str, ...]:
    """Return every name that the module may turn out to have, before Cargo.toml was read."""
    if not library:
        return tuple(filter(None, dict.fromkeys((options.module_name, str(project.get("name", "")), crate))))
    names = (
        module_name(options, project, library, ""),
        module_name(options, project, library, library),
        str(project.get("name", "")),
    )
    return tuple(dict.fromkeys(filter(None, names)))


def _is_importable(name: str) -> bool:
    return all(part.isidentifier() and not iskeyword(part) for part in name.split("."))


def python_roots(options: BuildOptions, root: PurePath, manifest: PurePath) -> tuple[PurePath, ...]:
    """Return where the Python package may be, the likeliest first.

    Without python-source that is the root, and before it `src` where the crate is in `rust`.
    """
    if options.python_source:
        return (normal(root / options.python_source),)
    return (root / "src", root) if manifest.parent == root / "rust" else (root,)


def extension_name(module: str, is_mixed: bool, suffix: str) -> str:
    """Return the library's name in the wheel: `pkg/_native.abi3.so`; of a single name `rpds/rpds.abi3.so`.

    A package that is generated has the name of the module's last part, whatever stands before it, as with maturin.
    """
    parts = module.split(".")
    folder = parts[:-1] if is_mixed and parts[:-1] else parts[-1:]
    return "/".join([*folder, f"{parts[-1]}{suffix}"])


def generated_folder(module: str, is_mixed: bool) -> str:
    """Return the package that a generator fills around a library: `pkg/native`, alone `native`.

    In a mixed project it lies inside of the Python package, and there a module `pkg` becomes `pkg/pkg`.
    """
    parts = module.split(".")
    folder = (parts[:-1] or parts) if is_mixed else []
    return "/".join([*folder, parts[-1]])


def normal(path: PurePath) -> PurePath:
    """Return the path without `.` and `..` parts, by its text alone."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePath(*parts)


def _is_package(folder: PurePath, known: frozenset[PurePath]) -> bool:
    """A directory of the module's name is its package, unless it is a crate that happens to be called so."""
    if folder / "Cargo.toml" in known and folder / "__init__.py" not in known:
        return False
    return any(path.is_relative_to(folder) for path in known)

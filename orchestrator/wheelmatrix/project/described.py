"""The whole project, from its parts: what has to be read for it, and what it is then."""

import re
from collections.abc import Callable, Mapping
from email.parser import HeaderParser
from pathlib import PurePath
from typing import Any

import tomli

from wheelmatrix.bindings.pyo3 import links_libpython
from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Crate, Gathered, Metadata, Project
from wheelmatrix.options import BuildOptions
from wheelmatrix.project import crate as crates
from wheelmatrix.project import metadata, sources, uniffi
from wheelmatrix.project.editable import in_place
from wheelmatrix.project.entry_points import check_scripts
from wheelmatrix.project.globs import fixed_prefix
from wheelmatrix.project.layout import Layout, layout, normal, possible_packages, python_roots
from wheelmatrix.project.licenses import maybe_copies, named_files, wanted_directories
from wheelmatrix.project.readme import readme_paths
from wheelmatrix.project.sboms import sbom_entries, sbom_name, sbom_paths
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What has to be read before the project can be described."""

    directories: tuple[PurePath, ...]
    """To be listed with everything below them; those that are not there are empty."""
    shallow: tuple[PurePath, ...]
    """Of which only the files directly in them count."""
    texts: tuple[PurePath, ...]
    compared: tuple[PurePath, ...] = ()
    """Of which the content counts: two of them may be one text."""
    skip: frozenset[PurePath]
    """Directories that are never entered."""


def project(options: BuildOptions, gathered: Gathered) -> Project:
    """Return what will be packaged; raises ConfigError with what is wrong."""
    manifest = _manifest_of(gathered)
    root = _root(gathered.pyproject, manifest)
    table = project_table(gathered.pyproject, gathered.pyproject_text)
    crate = crates.read(gathered.cargo_metadata, manifest, options)
    package = _package(gathered.cargo_metadata, crate.package_id)
    declared = declared_library(gathered.texts.get(manifest), crate.library)
    place = layout(options, table, crate, root, [file.path for file in gathered.files], declared)
    described, warnings = metadata.read(table, crate, package, root, gathered)
    generated = uniffi.read(gathered.cargo_metadata, crate, gathered.texts)
    library = generated.library if generated else ""
    files = sources.collect(options, place, described, gathered, crate, library)
    check_scripts(crate.programs, table, str(gathered.pyproject))
    return Project(
        root=root,
        crate=crate,
        metadata=described,
        module_name=place.module_name,
        is_mixed=place.is_mixed,
        sources=in_place(files, place, described) if options.editable and place.is_mixed else files,
        python_root=place.python_root,
        uniffi=generated,
        sboms=sbom_entries(options, root, sbom_name(crate.name) if options.sbom_rust else "", gathered.files),
        warnings=(
            *warnings,
            *_linking(crate),
            *_naming(place, crate),
            *_needing(crate, described),
            *_depending(crate, options),
        ),
    )


def manifest_candidates(
    options: BuildOptions,
    pyproject: PurePath | None,
    directory: PurePath,
    text: str = "",
    is_file: Callable[[PurePath], bool] = lambda _: True,
) -> tuple[PurePath, ...]:
    """Return where Cargo.toml may be, in the order to be tried; the first that is there is the one.

    `text` is that of pyproject.toml. A crate in `rust` comes first if its Python package is in `src`, or in
    python-source; `is_file` is asked for that.
    """
    root = pyproject.parent if pyproject else directory
    if options.manifest_path:
        named = normal(directory / options.manifest_path)
        return (named,) if named.name == "Cargo.toml" else (named, named / "Cargo.toml")
    if pyproject is None:
        return (root / "Cargo.toml",)
    name = str(project_table(pyproject, text).get("name", "")).replace("-", "_")
    is_automatic = bool(options.python_source) or is_file(root / "src" / name / "__init__.py")
    own, beside = root / "Cargo.toml", root / "rust" / "Cargo.toml"
    return (beside, own) if is_automatic else (own, beside)


def no_manifest_error(tried: tuple[PurePath, ...]) -> ConfigError:
    """Return the error of a project without a manifest."""
    places = " or ".join(str(path) for path in tried)
    return ConfigError.of(
        "there is no Cargo.toml here",
        where=places,
        hint="change to the project's directory, or name it: -m PATH/Cargo.toml, or manifest-path in [tool.maturin]",
    )


def wanted(
    options: BuildOptions,
    pyproject: PurePath | None,
    pyproject_text: str,
    cargo_metadata: Mapping[str, Any],
    manifest: PurePath,
    goes_into: str = "wheel",
) -> Wanted:
    """Return which directories and texts `project` needs; small, so that no checkout is walked whole.

    `goes_into`: `wheel` or `sdist`, by which `include` may tell its files apart.
    """
    root = _root(pyproject, manifest)
    table = project_table(pyproject, pyproject_text)
    package = _package_of(cargo_metadata, manifest)
    library = next((each["name"] for each in package.get("targets", ()) if "bin" not in each["kind"]), "")
    modules = possible_packages(options, table, library, str(package.get("name", "")))
    roots = python_roots(options, root, manifest)
    names = (*(module.partition(".")[0] for module in modules), *options.python_packages)
    packages = [base / name for base in roots for name in names]
    globs = [each.path for each in options.include if not each.out_dir and goes_into in each.formats]
    bases = dict.fromkeys((root, *roots))
    prefixes = [base / fixed_prefix(glob) for glob in globs for base in bases if fixed_prefix(glob) and _is_deep(glob)]
    flat = [base / fixed_prefix(glob) for glob in globs for base in bases if fixed_prefix(glob) and not _is_deep(glob)]
    bare = [base for glob in globs for base in bases if "/" in glob and not fixed_prefix(glob)]
    directories = (
        *packages,
        *prefixes,
        *bare,
        *(sources.data_directory(options, root, module) for module in modules),
        *wanted_directories(table, root),
    )
    named = (*named_files(table, package, root, manifest), *sbom_paths(options, root))
    return Wanted(
        directories=tuple(dict.fromkeys(map(normal, directories))),
        shallow=tuple(
            dict.fromkeys((root, manifest.parent, *roots, *(path.parent for path in named), *map(normal, flat)))
        ),
        texts=(
            *readme_paths(table, package, root, manifest),
            *(manifest, lock_path(cargo_metadata), uniffi.config_path(manifest)),
        ),
        compared=maybe_copies(package, root, manifest, PurePath(str(cargo_metadata["workspace_root"]))),
        skip=frozenset({PurePath(str(cargo_metadata["target_directory"]))}),
    )


def _is_deep(glob: str) -> bool:
    """Return whether a glob may name files below its fixed part: `docs/**/*.md`, but not `target/header.h`."""
    return "/" in glob.removeprefix(fixed_prefix(glob)).strip("/") or "**" in glob


def lock_path(cargo_metadata: Mapping[str, Any]) -> PurePath:
    """Return where Cargo.lock is."""
    return PurePath(str(cargo_metadata["workspace_root"])) / "Cargo.lock"


def declared_library(manifest_text: str | None, library: str) -> str:
    """Return lib.name of Cargo.toml, empty if it has none; `cargo metadata` does not tell it from the default."""
    if manifest_text is None:
        return library
    try:
        table = tomli.loads(manifest_text).get("lib")
    except tomli.TOMLDecodeError:
        return library
    return str(table.get("name", "")) if isinstance(table, dict) else ""


def _linking(crate: Crate) -> tuple[str, ...]:
    pyo3 = crate.pyo3
    if pyo3 is None or crate.bindings == "bin" or not links_libpython(pyo3):
        return ()
    version = ".".join(map(str, pyo3.version))
    cure = f'set features = ["{pyo3.crate}/extension-module"] in [tool.maturin]'
    return (f"{pyo3.crate} {version} without its feature extension-module links libpython, as no wheel may: {cure}",)


def _needing(crate: Crate, described: Metadata) -> tuple[str, ...]:
    fields = HeaderParser().parsestr(described.text.decode())
    names = {re.split(r"[^\w.-]", text, maxsplit=1)[0].lower() for text in fields.get_all("Requires-Dist", [])}
    if crate.bindings != "cffi" or "cffi" in names:
        return ()
    return ('the wheel needs cffi at run time, and the project\'s dependencies do not name it: add "cffi"',)


def _depending(crate: Crate, options: BuildOptions) -> tuple[str, ...]:
    """Return a warning about features with a condition that no wheel for every Python can meet, as with maturin."""
    if crate.pyo3 is not None or options.features:
        return ()
    names = [each.feature for each in options.conditional_features if each.python_version or each.python_implementation]
    said = f"the wheel is for every Python, so features for some are off: {', '.join(names)}"
    return (f"{said}: leave out the condition, or name them with --features",) if names else ()


def _naming(place: Layout, crate: Crate) -> tuple[str, ...]:
    if crate.bindings == "bin" or place.is_mixed or place.extension == place.module_name:
        return ()
    said = f"there is no Python package {place.package}, so {place.module_name} will be imported as {place.extension}"
    return (f"{said}: make the package, or shorten module-name",)


def _root(pyproject: PurePath | None, manifest: PurePath) -> PurePath:
    return pyproject.parent if pyproject else manifest.parent


def project_table(pyproject: PurePath | None, text: str) -> Mapping[str, Any]:
    """Return the [project] table, empty if there is none; raises ConfigError."""
    try:
        table = tomli.loads(text).get("project", {})
    except tomli.TOMLDecodeError as error:
        raise ConfigError.of(str(error), where=str(pyproject)) from error
    if not isinstance(table, dict):
        raise ConfigError.of("[project] is not a table", where=str(pyproject))
    return table


def _manifest_of(gathered: Gathered) -> PurePath:
    """Return the manifest that `cargo metadata` was asked about: its root package's; of a workspace, its root's."""
    root = _package(gathered.cargo_metadata, str(_resolve(gathered.cargo_metadata).get("root")))
    return PurePath(root["manifest_path"] if root else f"{gathered.cargo_metadata['workspace_root']}/Cargo.toml")


def _packages(cargo_metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(cargo_metadata["packages"])


def _resolve(cargo_metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    return cargo_metadata.get("resolve") or {}


def _package(cargo_metadata: Mapping[str, Any], package_id: str) -> Mapping[str, Any]:
    return next((each for each in _packages(cargo_metadata) if each["id"] == package_id), {})


def _package_of(cargo_metadata: Mapping[str, Any], manifest: PurePath) -> Mapping[str, Any]:
    same = (each for each in _packages(cargo_metadata) if PurePath(each["manifest_path"]) == manifest)
    return next(same, _package(cargo_metadata, str(_resolve(cargo_metadata).get("root"))))

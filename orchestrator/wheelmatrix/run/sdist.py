"""Making a source distribution: what the project is made of is read, decided upon, packed and audited."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath

import anyio
from anyio import to_thread

from wheelmatrix.audit.sdist import check_sdist
from wheelmatrix.bindings.cffi import HEADER
from wheelmatrix.errors import AuditError, ConfigError, Issue
from wheelmatrix.model import Entry, SourceFile
from wheelmatrix.options import BuildOptions, Given
from wheelmatrix.pack.names import dist_info_name
from wheelmatrix.pack.sdist import SUFFIX, Sdist, sdist_epoch
from wheelmatrix.project import metadata
from wheelmatrix.project.described import declared_library, project_table, wanted
from wheelmatrix.project.layout import layout
from wheelmatrix.project.lock import knows
from wheelmatrix.project.packaged import hidden, packaged
from wheelmatrix.project.precedence import resolve
from wheelmatrix.project.sdist import lock_to_cut, sdist_entries
from wheelmatrix.project.sdist_needs import (
    embedded_files,
    header_doubt,
    hidden_needs,
    missing_backend,
    missing_configuration,
    missing_crates,
)
from wheelmatrix.project.shipped import parsed
from wheelmatrix.project.source_project import SourceCrate, SourceProject
from wheelmatrix.run.cargo_lock import cut_lock
from wheelmatrix.run.crates import Crates, Package, cargo_metadata, find_crates
from wheelmatrix.run.files import content_of, make_directory, write_whole
from wheelmatrix.run.listing import list_crates, tracked_files
from wheelmatrix.run.project_files import find_manifest, read_files
from wheelmatrix.run.pyproject import find_pyproject, text_of
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSdist:
    """An sdist in its place."""

    path: Path
    size_bytes: int
    warnings: tuple[str, ...]
    """What the project says or packs that may not be meant."""
    target_directory: Path
    """cargo's own; ours are below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Package:
    """As much of a crate as its metadata and layout need."""

    name: str
    version: str
    manifest: PurePath
    workspace: PurePath
    library: str
    is_program: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What metadata needs of what was read."""

    pyproject: PurePath | None
    texts: Mapping[PurePath, str]
    files: tuple[SourceFile, ...]


def make_sdist(
    command_line: Mapping[str, object],
    *,
    directory: Path,
    environment: Mapping[str, str],
    out: Path | None = None,
) -> MadeSdist:
    """Make the sdist of a project, audited, and return it; nothing is compiled, and nothing half written.

    `command_line` maps BuildOptions fields to values, as for `prepare`; `out`: the directory, else the option `out`.
    An older file of the name is replaced. Raises ConfigError for what is wrong with the project or would be missing
    from the sdist, ToolMissing, PackError, and AuditError with what an index would refuse.
    """
    given, pyproject, text = _resolved(command_line, directory, environment)
    epoch_s = sdist_epoch(environment.get("SOURCE_DATE_EPOCH"))
    source, warnings, target = anyio.run(partial(_read, given.options, pyproject, text, directory))
    folder = (out or directory / given.options.out).absolute()
    source = replace(source, outputs=(folder, (directory / given.options.out).absolute()))
    entries, doubts = sdist_entries(source)
    contents = [(entry, content_of(entry)) for entry in entries]
    contents += [(entry, content_of(entry)) for entry in _not_yet(hidden_needs(source, contents), entries)]
    contents[1:] = sorted(contents[1:], key=lambda each: each[0].name)
    _check(source, contents)
    if (named := lock_to_cut(source)) is not None:
        lock, why_not = cut_lock(contents, *named, given.options)
        contents = [(entry, lock if lock and entry.name == named[0] else content) for entry, content in contents]
        if why_not and (given.options.locked or given.options.frozen):
            doubts = (
                *doubts,
                f"{named[0]} of the sdist has more than its crates need, which --locked refuses: {why_not}",
            )
    if (header := target / HEADER).is_file():
        doubts = (*doubts, *filter(None, [header_doubt(source, header, {entry.name for entry in entries})]))
    stem = dist_info_name(source.metadata.name, source.metadata.version)
    data = _packed(stem, contents, epoch_s)
    problems, _ = check_sdist(f"{stem}{SUFFIX}", data)
    if problems:
        raise AuditError(*(Issue(message=problem, where=f"{stem}{SUFFIX}") for problem in problems))
    make_directory(folder)
    path = folder / f"{stem}{SUFFIX}"
    write_whole(path, data)
    return MadeSdist(
        path=path,
        size_bytes=len(data),
        warnings=(*given.warnings, *warnings, *doubts),
        target_directory=(directory / (given.options.target_dir or target)).absolute(),
    )


def _resolved(
    command_line: Mapping[str, object], directory: Path, environment: Mapping[str, str]
) -> tuple[Given, Path, str]:
    asked = str(command_line.get("manifest_path") or environment.get("WHEELMATRIX_MANIFEST_PATH") or "")
    pyproject, text = find_pyproject(directory, asked)
    if pyproject is None:
        hint = "an sdist names its backend there: [build-system] with requires and build-backend"
        raise ConfigError.of("there is no pyproject.toml, and no sdist without one", where=str(directory), hint=hint)
    pyproject = Path(os.path.normpath(pyproject.absolute()))
    return resolve(command_line, environment, pyproject, text), pyproject, text


def _check(source: SourceProject, contents: Sequence[tuple[Entry, bytes]]) -> None:
    """Refuse an sdist that cannot be built: raises ConfigError with every file that it would not have."""
    names = {entry.name for entry, _ in contents}
    issues = [*missing_backend(source), *missing_crates(source), *missing_configuration(source, contents)]
    embedded = embedded_files(source, contents)
    issues += [each.issue for each in embedded if each.name not in names and Path(each.path).is_file()]
    if issues:
        raise ConfigError(*issues)


def _not_yet(entries: Iterable[Entry], others: Iterable[Entry]) -> Iterable[Entry]:
    names = {entry.name for entry in others}
    return [entry for entry in entries if entry.name not in names]


def _packed(stem: str, contents: Iterable[tuple[Entry, bytes]], epoch_s: int) -> bytes:
    sdist = Sdist(epoch_s=epoch_s)
    parts = [
        sdist.add(f"{stem}/{entry.name}", content, executable=entry.executable) for entry, content in contents
    ]  # fmt: skip
    return b"".join([*parts, sdist.finish()])


async def _read(
    options: BuildOptions, pyproject: Path, text: str, directory: Path
) -> tuple[SourceProject, tuple[str, ...], Path]:
    manifest = find_manifest(options, pyproject, text, directory)
    crates = await find_crates(options, manifest)
    lock = await _lock(options, manifest, crates)
    table = project_table(pyproject, text)
    manifest = Path(crates.main["manifest_path"])
    asked = wanted(options, pyproject, text, crates.metadata, manifest, "sdist")
    read = await to_thread.run_sync(read_files, asked, pyproject.parent)
    found = _Found(pyproject=pyproject, texts=read.texts, files=read.files)
    package = _package(crates, options)
    described, doubts = metadata.read(table, package, crates.main, pyproject.parent, found)
    declared = declared_library(read.texts.get(manifest), package.library)
    place = layout(options, table, package, pyproject.parent, [file.path for file in read.files], declared)
    known, warnings = await _known_to_git(options, pyproject.parent)
    main, *dependencies = await _sources(crates)
    source = SourceProject(
        options=options,
        pyproject=pyproject,
        pyproject_text=text_of(pyproject),
        table=table,
        metadata=described,
        place=place,
        crate=main,
        dependencies=tuple(dependencies),
        workspaces={
            root: text_of(root / "Cargo.toml") for root in {Path(each.workspace) for each in (main, *dependencies)}
        },
        lock=lock,
        lock_text=text_of(lock) if lock else "",
        files=read.files,
        texts=read.texts,
        known_to_git=known,
    )
    return source, (*doubts, *warnings, *crates.warnings), Path(crates.metadata["target_directory"])


def _package(crates: Crates, options: BuildOptions) -> _Package:
    main = crates.main
    libraries = [each for each in main["targets"] if "lib" in " ".join(each["kind"]) and "example" not in each["kind"]]
    return _Package(
        name=main["name"],
        version=main["version"],
        manifest=PurePath(main["manifest_path"]),
        workspace=PurePath(crates.metadata["workspace_root"]),
        library=libraries[0]["name"] if libraries else main["name"],
        is_program=options.bindings == "bin" or not libraries,
    )


async def _sources(crates: Crates) -> list[SourceCrate]:
    """Return the crates with their files, the main one first."""
    packages = (crates.main, *crates.dependencies)
    manifests = [Path(each["manifest_path"]) for each in packages]
    roots = [crates.workspaces[str(manifest)] for manifest in manifests]
    texts = [text_of(manifest) for manifest in manifests]
    tables = [
        _inherited(parsed(text, manifest).get("package", {}), root)
        for text, manifest, root in zip(texts, manifests, roots, strict=True)
    ]
    folders = [manifest.parent for manifest in manifests]
    walked = {folder for folder, table in zip(folders, tables, strict=True) if table.get("include")}
    listed = await list_crates(folders, walked)
    return [
        SourceCrate(
            package=package,
            workspace=root,
            manifest_text=text,
            files=packaged(files, table),
            hidden=hidden(files, table),
            absent=_absent(package),
        )
        for package, root, text, files, table in zip(packages, roots, texts, listed, tables, strict=True)
    ]


def _absent(package: Package) -> frozenset[str]:
    """Return which of the texts beside the code that a crate names are not there."""
    directory = Path(package["manifest_path"]).parent
    named = (key for key in ("readme", "license_file") if package.get(key))
    return frozenset(key for key in named if not (directory / str(package[key])).is_file())


def _inherited(package: Package, root: Path) -> Package:
    """Return [package] with the patterns that it takes from its workspace."""
    taken = [key for key in ("include", "exclude") if isinstance(package.get(key), dict)]
    if not taken:
        return package
    shared = parsed(text_of(root / "Cargo.toml"), root / "Cargo.toml").get("workspace", {}).get("package", {})
    return {**package, **{key: shared.get(key) for key in taken}}


async def _lock(options: BuildOptions, manifest: Path, crates: Crates) -> Path | None:
    """Return Cargo.lock; where it is missing, or does not know the crates as they are, cargo is asked to write it."""
    lock = Path(crates.metadata["workspace_root"]) / "Cargo.lock"
    flags = [f"--{name}" for name in ("locked", "frozen", "offline") if getattr(options, name)]
    is_current = lock.is_file() and knows(text_of(lock), (crates.main, *crates.dependencies))
    if not is_current or "--locked" in flags or "--frozen" in flags:
        await cargo_metadata(options, manifest, *flags)
    return lock if lock.is_file() else None


async def _known_to_git(
    options: BuildOptions, root: Path
) -> tuple[tuple[SourceFile, ...] | None, tuple[str, ...]]:  # fmt: skip
    if options.sdist_generator != "git":
        return None, ()
    known = await tracked_files(root)
    if known is not None:
        return known, ()
    return None, (
        f'sdist-generator = "git", and {root} is in no git checkout: the files are those that cargo would package',
    )

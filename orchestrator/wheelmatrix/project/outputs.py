"""Files that a build made beside the library and that belong into the wheel."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from wheelmatrix.errors import Issue, PackError
from wheelmatrix.model import Entry
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.globs import matches_glob


def out_dir_entries(
    options: BuildOptions,
    crate_name: str,
    out_dirs: Mapping[str, PurePath],
    listed: Mapping[str, Sequence[PurePath]],
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the entries that `include` takes from OUT_DIRs, sorted by name, and a warning for each glob without a hit.

    `out_dirs`: package name to its OUT_DIR; `listed`: package name to the files below it, absolute. A file keeps its
    place below OUT_DIR, below the directory that `to` names. Raises PackError for a crate without a build script.
    """
    entries: dict[Entry, None] = {}
    warnings: list[str] = []
    issues: list[Issue] = []
    for pattern in options.include:
        if not pattern.out_dir or "wheel" not in pattern.formats:
            continue
        crate = pattern.crate or crate_name
        if crate not in out_dirs:
            known = ", ".join(sorted(out_dirs)) or "none"
            message = f"include {pattern.path!r}: {crate} has no build script that ran; those that did: {known}"
            issues.append(Issue(message=message, where="include"))
            continue
        inside = {path.relative_to(out_dirs[crate]).as_posix(): path for path in listed.get(crate, ())}
        hits = [name for name in inside if matches_glob(pattern.path, name)]
        entries.update(
            (Entry(name=(PurePath(pattern.to) / name).as_posix(), source=inside[name]), None) for name in hits
        )
        if not hits:
            warnings.append(f"include {pattern.path!r}: nothing in OUT_DIR of {crate} matches")
    if issues:
        raise PackError(*issues)
    return tuple(sorted(entries, key=lambda entry: entry.name)), tuple(warnings)


def companions(
    options: BuildOptions,
    extension: str,
    debug_info: Mapping[PurePath, Sequence[PurePath]],
    import_libraries: Sequence[PurePath],
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return debug information and import library beside the module, as far as they are asked for, and warnings.

    `debug_info`: each file or `.dSYM` directory to the files that it is or holds. What a debugger looks for by the
    module's name gets that: `x.abi3.so.dwp`, `x.abi3.so.dSYM/…`; a PDB keeps its own, which the module knows.
    """
    folder, _, module = extension.rpartition("/")
    place = f"{folder}/" if folder else ""
    entries: list[Entry] = []
    warnings: list[str] = []
    if options.include_debuginfo and not options.strip:
        for path, files in debug_info.items():
            name = path.name if path.suffix == ".pdb" else f"{module}{path.suffix}"
            inside = ((file, file.relative_to(path).as_posix()) for file in files)
            entries += [Entry(name=f"{place}{name}{'' if at == '.' else f'/{at}'}", source=file) for file, at in inside]
        if not debug_info:
            warnings.append(
                "there is no separate debug information: set `debug` in the cargo profile, and on Linux "
                '`split-debuginfo = "packed"`'
            )
    if options.include_import_lib:
        entries += [Entry(name=f"{place}{path.name}", source=path) for path in import_libraries]
    return tuple(entries), tuple(warnings)

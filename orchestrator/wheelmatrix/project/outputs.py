"""Files that a build script made and that belong into the wheel."""

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

"""Files that a build script made and that belong into the wheel."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

import pathspec

from wheelmatrix.errors import Issue, PackError
from wheelmatrix.model import Entry
from wheelmatrix.options import BuildOptions


def out_dir_entries(
    options: BuildOptions,
    crate_name: str,
    out_dirs: Mapping[str, PurePath],
    listed: Mapping[str, Sequence[PurePath]],
) -> tuple[Entry, ...]:
    """Return the entries that `include` takes from OUT_DIRs, sorted by name.

    `out_dirs`: package name to its OUT_DIR; `listed`: package name to the files below it, absolute.
    Raises PackError for a crate without a build script.
    """
    entries: list[Entry] = []
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
        root = out_dirs[crate]
        spec = pathspec.GitIgnoreSpec.from_lines([f"/{pattern.path.lstrip('/')}"])
        for path in listed.get(crate, ()):
            inside = path.relative_to(root)
            if spec.match_file(inside.as_posix()):
                entries.append(Entry(name=(PurePath(pattern.to) / inside.name).as_posix(), source=path))
    if issues:
        raise PackError(*issues)
    return tuple(sorted(entries, key=lambda entry: entry.name))

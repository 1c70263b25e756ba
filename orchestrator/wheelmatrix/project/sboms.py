"""Which SBOM files of the user's own go into the wheel."""

from collections.abc import Sequence
from pathlib import PurePath

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Entry, SourceFile
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.layout import normal


def sbom_name(crate: str) -> str:
    """Return what the SBOM that is written is called in `dist-info/sboms/`: as with maturin, after the crate."""
    return f"{crate}.cyclonedx.json"


def sbom_paths(options: BuildOptions, root: PurePath) -> tuple[PurePath, ...]:
    """Return where the files are, each once; a relative path is one of the project."""
    return tuple(dict.fromkeys(normal(root / each) for each in options.sbom_include))


def sbom_entries(options: BuildOptions, root: PurePath, own: str, files: Sequence[SourceFile]) -> tuple[Entry, ...]:
    """Return the files by their names in `dist-info/sboms/`, sorted; `own` is the name of the one that is written.

    Raises ConfigError for a relative path out of the project, a file that is not there, and two of one name.
    """
    known = {each.path: each for each in files if each.size_bytes >= 0}
    entries: dict[str, PurePath] = {}
    issues: list[Issue] = []
    outside = {normal(root / each) for each in options.sbom_include if not PurePath(each).is_absolute()}
    for path in sbom_paths(options, root):
        other = entries.get(path.name)
        if path in outside and not path.is_relative_to(root):
            hint = "name it by its absolute path"
            issues.append(Issue(message="a relative path must not lead out of the project", where=str(path), hint=hint))
        elif path not in known:
            issues.append(Issue(message="there is no such SBOM file", where=str(path), hint="see sbom.include"))
        elif other is not None or path.name == own:
            clash = str(other) if other else "the one that is written; sbom.rust = false leaves it out"
            issues.append(Issue(message=f"two SBOM files have one name: this, and {clash}", where=str(path)))
        else:
            entries[path.name] = path
    if issues:
        raise ConfigError(*issues)
    return tuple(Entry(name=name, source=known[entries[name]].real_path) for name in sorted(entries))

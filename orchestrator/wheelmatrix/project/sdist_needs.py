"""What a build from the sdist would miss: files that Rust sources take in, and crates that git's choice leaves out."""

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePath

from wheelmatrix.errors import Issue
from wheelmatrix.model import Entry
from wheelmatrix.project.cffi_need import may_be_cffi
from wheelmatrix.project.layout import normal
from wheelmatrix.project.shipped import build_needs, parsed
from wheelmatrix.project.source_project import SourceCrate, SourceProject
from wheelmatrix.project.uniffi import config_path, is_bound
from wheelmatrix.values import dataclass

_EMBEDDED = re.compile(r'\binclude(?:_str|_bytes)?!\s*[(\[{]\s*"((?:[^"\\]|\\.)*)"\s*,?\s*[)\]}]')
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_NOT_BUILT = re.compile(r"#!?\[\s*cfg\s*\(\s*(?:test|doctest|doc)\b.*|#!?\[\s*cfg_attr\s*\([^\n]*", re.DOTALL)
"""From a test module on a file is rarely more; what a condition takes in may never be asked for."""
_OTHER_TARGETS = frozenset({"tests", "benches", "examples"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A file that a Rust source takes in by its path: `include_str!("../data.txt")`."""

    path: PurePath
    """Absolute, in the project; it need not exist."""
    name: str
    """Where the archive would have to have it; empty: above its top."""
    by: PurePath
    """The Rust source."""

    @property
    def issue(self) -> Issue:
        """What is wrong if the archive has it not."""
        message = f"{self.path} would not be in the sdist where it is included, and the crate cannot be built without"
        hint = "look at `exclude` and `include` of Cargo.toml and of [tool.maturin], or move it into the crate"
        return Issue(message=message, where=str(self.by), hint=hint)


def embedded_files(source: SourceProject, contents: Iterable[tuple[Entry, bytes]]) -> Iterator[Embedded]:
    """Yield the files that libraries, programs and build scripts take in by a plain path; tests' are not needed."""
    roots = {root.parent: crate for crate in (source.crate, *source.dependencies) for root in build_needs(crate)}
    for entry, content in contents:
        path = entry.source
        if isinstance(path, bytes) or path.suffix != ".rs" or b"include" not in content:
            continue
        crate = next((roots[parent] for parent in path.parents if parent in roots), None)
        if crate is None or _OTHER_TARGETS & set(path.relative_to(crate.directory).parts[:-1]):
            continue
        code = _NOT_BUILT.sub("", _COMMENT.sub("", content.decode("utf-8", "replace")))
        for found in _EMBEDDED.finditer(code):
            named = found[1].replace("\\\\", "/")
            yield Embedded(path=normal(path.parent / named), name=_joined(entry.name, named), by=path)


def header_doubt(source: SourceProject, header: PurePath, names: Collection[str]) -> str:
    """Return a warning if the C header that a crate of cffi is built with here stays here; `names`: the sdist's.

    `header`: one that is there. It may be left over from a build, so that this is no error.
    """
    is_cffi = source.options.bindings == "cffi" or (
        not source.options.bindings and may_be_cffi(source.crate.manifest_text)
    )
    is_shipped = any(PurePath(name).parts[-2:] == header.parts[-2:] for name in names)
    if not is_cffi or is_shipped or any(name.endswith("build.rs") for name in names):
        return ""
    path = "/".join(header.parts[-2:])
    return (
        f"{header} is not in the sdist, and without it a build needs cbindgen: "
        f'include = [{{ path = "{path}", format = "sdist" }}] in [tool.maturin] ships it'
    )


def hidden_needs(source: SourceProject, contents: Iterable[tuple[Entry, bytes]]) -> tuple[Entry, ...]:
    """Return the hidden files that Rust sources take in: templates of `.gitignore`, say.

    From a checkout git packs them; from an unpacked sdist cargo does not, and what it packed could not be built.
    """
    files = {file.path: file for crate in (source.crate, *source.dependencies) for file in crate.hidden}
    found = {}
    for each in embedded_files(source, contents):
        file = files.get(each.path)
        if file is not None and each.name and file.size_bytes >= 0:
            found[each.name] = Entry(name=each.name, source=file.real_path, executable=file.executable)
    return tuple(found.values())


def _joined(name: str, named: str) -> str:
    parts = name.split("/")[:-1]
    for part in named.split("/"):
        if part == ".." and not parts:
            return ""
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def missing_crates(source: SourceProject) -> Iterator[Issue]:
    """Yield what the generator `git` leaves out: it packs the project's own directory, and rewrites no manifest."""
    if source.known_to_git is None:
        return
    known = {file.path for file in source.known_to_git}
    hint = 'set sdist-generator = "cargo", which packs path dependencies and workspaces'
    for crate in (source.crate, *source.dependencies):
        if crate.manifest not in known:
            message = f"{crate.package['name']} is needed, and git tracks no such file below {source.place.root}"
            yield Issue(message=message, where=str(crate.manifest), hint=hint)
        elif crate.workspace / "Cargo.toml" not in known and _inherits(crate):
            message = f"{crate.package['name']} takes values from its workspace, which is outside of the project"
            yield Issue(message=message, where=str(crate.workspace / "Cargo.toml"), hint=hint)


def missing_backend(source: SourceProject) -> Iterator[Issue]:
    """Yield that nothing says what builds the sdist: installers would take setuptools. Source: PEP 517."""
    system = parsed(source.pyproject_text, source.pyproject).get("build-system")
    if not (isinstance(system, dict) and system.get("build-backend")):
        message = "there is no build-backend under [build-system]: an installer would build the sdist with setuptools"
        hint = 'add it: requires = ["wheelmatrix"] and build-backend = "wheelmatrix"; or "maturin" for both'
        yield Issue(message=message, where=str(source.pyproject), hint=hint)


def missing_configuration(source: SourceProject, contents: Iterable[tuple[Entry, bytes]]) -> Iterator[Issue]:
    """Yield that of uniffi, which steers what the Python files are: without it they would be others, or fewer."""
    path = config_path(source.crate.manifest)
    if path not in source.texts or not is_bound(source.crate.package, source.options):
        return
    shipped = {entry.source for entry, _ in contents}
    files = (*source.crate.files, *(source.known_to_git or ()))
    if not any(file.path == path and file.real_path in shipped for file in files):
        message = f"{path.name} would not be in the sdist, and a wheel built from that would be another one"
        yield Issue(message=message, where=str(path), hint="look at `exclude` and `include` of Cargo.toml")


def _inherits(crate: SourceCrate) -> bool:
    def says(value: object) -> bool:
        if not isinstance(value, dict):
            return False
        return value.get("workspace") is True or any(map(says, value.values()))

    return says(parsed(crate.manifest_text, crate.manifest))

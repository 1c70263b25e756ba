"""What lies where in a source distribution.

    base ─ the directory that holds workspace, project and path dependencies; it becomes the archive's top
     ├─ crates, workspaces, Cargo.lock, and what lies outside of the project: where they are, seen from the base
     └─ what belongs to the project itself (pyproject.toml, Python, includes, licences): seen from pyproject.toml

Two files for one name: the one that the build needs is shipped, with a warning.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Entry, SourceFile
from wheelmatrix.project.globs import Ignored, excluded, matches_glob
from wheelmatrix.project.layout import normal
from wheelmatrix.project.licenses import named_files
from wheelmatrix.project.lock import locked
from wheelmatrix.project.pyproject_text import repointed
from wheelmatrix.project.readme import readme_paths
from wheelmatrix.project.shipped import manifest_text, workspace_text
from wheelmatrix.project.source_project import SourceCrate, SourceProject, common_directory

_DROPPED = (".pyc", ".pyo", ".pyd", ".so")
_FINISHED = (".whl", ".tar.gz")
PKG_INFO = "PKG-INFO"


def sdist_entries(source: SourceProject) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the members without the top directory's name, PKG-INFO first and then by name, and warnings.

    Raises ConfigError with everything that the build would miss.
    """
    chosen = _Chosen(source)
    if source.known_to_git is None:
        _add_crates(chosen)
    else:
        _add_known_to_git(chosen)
    _add_named(chosen)
    _add_python(chosen)
    _add_included(chosen)
    for licence in source.metadata.licenses:
        chosen.add(licence.name, licence.source, is_needed=True)
    entries = dict(chosen.entries)
    entries.pop(PKG_INFO, None)  # that of the sdist which these sources were unpacked from
    first = Entry(name=PKG_INFO, source=source.metadata.text)
    return (first, *(entries[name] for name in sorted(entries))), tuple(chosen.warnings)


def archive_base(source: SourceProject) -> PurePath:
    """Return the directory that becomes the top of the archive.

    Raises ConfigError if only the root of a disk holds all of the sources.
    """
    root = source.place.root
    if source.known_to_git is not None:
        return root
    places = [source.crate.workspace, root, *(each.directory for each in source.dependencies)]
    if source.place.is_mixed:
        places.append(source.place.python_root)
    base = common_directory(places)
    if base is None or base == PurePath(base.anchor):
        far = next(each for each in places if each.parts[:2] != root.parts[:2])
        message = f"{far} and {root} have no directory above them but the root, which cannot be the sdist's"
        raise ConfigError.of(message, where=str(source.crate.manifest), hint="move the path dependency nearer")
    return base


def lock_to_cut(source: SourceProject) -> tuple[str, str] | None:
    """Return the members that are Cargo.lock and Cargo.toml of the crate, if the lock knows crates that stay behind.

    None: it is right as it is, is shipped as git has it, or cannot be read.
    """
    shipped = {(each.package["name"], each.package["version"]) for each in (source.crate, *source.dependencies)}
    own = {(each.name, each.version) for each in locked(source.lock_text) if not each.source}
    if source.lock is None or source.known_to_git is not None or own <= shipped:
        return None
    base = archive_base(source)
    manifest = source.crate.directory / "Cargo.toml"
    return source.lock.relative_to(base).as_posix(), manifest.relative_to(base).as_posix()


class _Chosen:
    """The members so far; the first that asks for a name has it."""

    def __init__(self, source: SourceProject) -> None:
        self.source = source
        self.base = archive_base(source)
        self.entries: dict[str, Entry] = {}
        self.warnings: list[str] = []
        self._patterns = [each.path for each in source.options.exclude if "sdist" in each.formats]

    def name(self, path: PurePath) -> str:
        """Return where a file lies: what is the project's, seen from pyproject.toml; all else, from the base."""
        root = self.source.place.root
        return path.relative_to(root if path.is_relative_to(root) else self.base).as_posix()

    def add(
        self, name: str, source: bytes | PurePath, *, origin: PurePath | None = None, executable: bool = False,
        is_needed: bool = False,
    ) -> None:  # fmt: skip
        """Add a member unless `exclude` names it or, for what is needed whatever it says, its name is taken."""
        if not is_needed and self._is_excluded(name, origin):
            return
        entry = Entry(name=name, source=source, executable=executable)
        other = self.entries.setdefault(name, entry)
        if other.source != source and isinstance(other.source, PurePath) and isinstance(source, PurePath):
            self.warnings.append(f"{name} of the sdist is {other.source}, and not {source}")

    def add_file(self, name: str, file: SourceFile) -> None:
        """Add a file of the project; by-products of Python and dead links are left out."""
        if file.size_bytes < 0:
            self.warnings.append(f"{file.path}: the link leads nowhere, and is left out of the sdist")
        elif not (name.endswith(_DROPPED) or "__pycache__" in file.path.parts or self._is_output(file.path)):
            self.add(name, file.real_path, origin=file.path, executable=file.executable)

    def _is_output(self, path: PurePath) -> bool:
        return path.name.endswith(_FINISHED) and any(path.is_relative_to(each) for each in self.source.outputs)

    def _is_excluded(self, name: str, origin: PurePath | None) -> bool:
        root = self.source.place.root
        if origin is not None and origin.is_relative_to(root):
            return excluded(self._patterns, origin.relative_to(root).as_posix()) or excluded(self._patterns, name)
        return excluded(self._patterns, name)


def _add_crates(chosen: _Chosen) -> None:
    """Add every crate with its manifest, the manifests of their workspaces, the lock, and pyproject.toml."""
    source, base = chosen.source, chosen.base
    chosen.add("pyproject.toml", repointed(source, base).encode(), is_needed=True)
    crates = (*source.dependencies, source.crate)
    roots = {each.workspace for each in crates if each.workspace in source.workspaces}
    inside = {root for root in roots if root.is_relative_to(base)}
    folders = {each.directory for each in crates}
    if source.lock is not None:
        chosen.add(source.lock.relative_to(base).as_posix(), source.lock, is_needed=True)
    for crate in crates:
        shared = source.workspaces.get(crate.workspace, "")
        _add_crate(chosen, crate, shared, is_shared_here=crate.workspace in inside, folders=folders)
    for root in sorted(inside - folders):
        text = workspace_text(source.workspaces[root], root, folders)
        chosen.add((root / "Cargo.toml").relative_to(base).as_posix(), text.encode(), is_needed=True)


def _add_crate(
    chosen: _Chosen, crate: SourceCrate, shared: str, *, is_shared_here: bool, folders: set[PurePath]
) -> None:
    own = crate.directory.relative_to(chosen.base)
    beside = dict(_texts_beside(crate))
    files = {file.path for file in crate.files}
    moved = _moved_elsewhere(chosen, crate)
    names = set()
    for key in sorted(crate.absent):
        path = normal(crate.directory / str(crate.package[key]))
        chosen.warnings.append(
            f"{path} is not there: the sdist's Cargo.toml of {crate.package['name']} does not name it"
        )
    for path, where in beside.items():  # before its own file of that name, which Cargo.toml does not mean
        if path not in files:
            chosen.add((own / where).as_posix(), path, is_needed=True)
    for file in crate.files:
        name = (own / file.path.relative_to(crate.directory)).as_posix()
        if (file.path.name == "Cargo.toml" and file.path == crate.manifest) or moved(file.path):
            continue
        if file.path not in (chosen.source.pyproject, chosen.source.place.root / PKG_INFO):
            chosen.add_file(name, file)
            names.add(file.path)
    names |= _include_into(chosen, crate, own)
    shipped = {path for path in names if chosen.entries.get((own / path.relative_to(crate.directory)).as_posix())}
    text = manifest_text(
        crate, shared, shipped=shipped, texts=beside, is_shared_here=is_shared_here, folders=folders,
        is_main=crate is chosen.source.crate,
    )  # fmt: skip
    chosen.add((own / "Cargo.toml").as_posix(), text.encode(), is_needed=True)


def _include_into(chosen: _Chosen, crate: SourceCrate, own: PurePath) -> set[PurePath]:
    """Add what `include` of [tool.maturin] names in a crate, such as a build script that its Cargo.toml leaves out."""
    added = set()
    for file in _included(chosen.source):
        if file.path.is_relative_to(crate.directory) and file.path != crate.manifest:
            name = (own / file.path.relative_to(crate.directory)).as_posix()
            if chosen.name(file.path) == name:
                chosen.add_file(name, file)
                added.add(file.path)
    return added


def _texts_beside(crate: SourceCrate) -> Iterator[tuple[PurePath, str]]:
    """Yield readme and licence file of a crate, and where they lie in it; one from outside lies beside Cargo.toml."""
    for key in ("readme", "license_file"):
        if crate.package.get(key) and key not in crate.absent:
            path = normal(crate.directory / str(crate.package[key]))
            inside = path.is_relative_to(crate.directory)
            yield path, path.relative_to(crate.directory).as_posix() if inside else path.name


def _moved_elsewhere(chosen: _Chosen, crate: SourceCrate) -> Callable[[PurePath], bool]:
    """Return what says of a crate's file whether it is a Python source that lies elsewhere in the archive."""
    source = chosen.source
    if source.place.root == chosen.base:
        return lambda path: False
    folders = tuple(_python_folders(source))
    return lambda path: any(path.is_relative_to(folder) for folder in folders)


def _python_folders(source: SourceProject) -> Iterator[PurePath]:
    own = (source.place.package,) if source.place.is_mixed else ()
    yield from (source.place.python_root / name for name in (*own, *source.options.python_packages))


def _add_known_to_git(chosen: _Chosen) -> None:
    """Add what git tracks, as it is; the generator says that nothing is to be rewritten."""
    root = chosen.source.place.root
    for file in chosen.source.known_to_git or ():
        name = file.path.relative_to(root).as_posix()
        if file.path == chosen.source.pyproject:
            chosen.add(name, file.path, is_needed=True)
        elif file.size_bytes >= 0:
            chosen.add(name, file.real_path, origin=file.path, executable=file.executable)
    chosen.add("pyproject.toml", chosen.source.pyproject, is_needed=True)


def _add_named(chosen: _Chosen) -> None:
    """Add the readme and the licence that [project] names, if they are there."""
    source = chosen.source
    package, root, manifest = source.crate.package, source.place.root, source.crate.manifest
    own = {key: value for key, value in source.table.items() if key in ("readme", "license")}
    named = readme_paths(own, package, root, manifest) if "readme" in own else ()
    for path in (*named, *(named_files(own, {}, root, manifest) if own else ())):
        if path in source.texts or any(file.path == path for file in source.files):
            if not path.is_relative_to(root) and source.known_to_git is not None:
                message = "the file is outside of what the generator `git` packs"
                raise ConfigError.of(message, where=str(path), hint='move it, or set sdist-generator = "cargo"')
            chosen.add(chosen.name(path), path, is_needed=True)


def _add_python(chosen: _Chosen) -> None:
    """Add the Python sources; hidden files stay out, and what a checkout ignores."""
    source = chosen.source
    if source.known_to_git is not None:
        return
    folders, ignored = tuple(_python_folders(source)), Ignored(source.texts)
    for file in source.files:
        inside = next((each for each in folders if file.path.is_relative_to(each)), None)
        if inside is None or file.path in ignored:
            continue
        if not any(part.startswith(".") for part in file.path.relative_to(inside).parts):
            chosen.add_file(chosen.name(file.path), file)


def _add_included(chosen: _Chosen) -> None:
    """Add what `include` names for sdists."""
    for file in _included(chosen.source):
        chosen.add_file(chosen.name(file.path), file)


def _included(source: SourceProject) -> Iterator[SourceFile]:
    """Yield what `include` names for sdists: globs are tried from the project's root, then from python-source."""
    for pattern in source.options.include:
        if pattern.out_dir or "sdist" not in pattern.formats or pattern.path.split("/")[-1] == "**":
            continue
        for root in dict.fromkeys((source.place.root, source.place.python_root)):
            hits = list(_matching(source.files, root, pattern.path))
            yield from hits
            if hits:
                break


def _matching(files: Iterable[SourceFile], root: PurePath, glob: str) -> Iterator[SourceFile]:
    for file in files:
        if file.path.is_relative_to(root) and matches_glob(glob, file.path.relative_to(root).as_posix()):
            yield file

"""Collecting wheels that were built elsewhere: reads and compares them all before the first is copied."""

from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from wheelmatrix import resources, tables
from wheelmatrix.audit.collection import Found, Identity, distinct, examined, faults, identity_of
from wheelmatrix.errors import AuditError, ConfigError, Issue, PackError
from wheelmatrix.model import Plan, Tables
from wheelmatrix.plan.missing import Compared, compared
from wheelmatrix.run.files import WholeFile, issue_of, make_directory
from wheelmatrix.run.prepare import locate, prepare
from wheelmatrix.values import dataclass

INCOMPLETE = 9
"""Exit code where wheels of the plan are missing: what was promised is not proved to be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One wheel, wherever and however often it was found."""

    filename: str
    sources: tuple[str, ...]
    """Paths, as they were found."""
    size_bytes: int
    sha256: str
    path: Path | None
    """Where it is now; None: it was not taken."""
    is_new: bool
    """False: it lay in its place already, or was not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What collecting came to."""

    out: Path
    wheels: tuple[Taken, ...]
    """Sorted by filename."""
    issues: tuple[Issue, ...]
    """Everything that is wrong with the wheels, each by itself and as a set."""
    compared: Compared | None
    """The plan of the project beside them; None: there is no project here."""
    warnings: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0; the audit's code if something is wrong; `INCOMPLETE` if only wheels are missing."""
        if self.issues:
            return AuditError.exit_code
        return INCOMPLETE if self.compared is not None and self.compared.missing else 0


def collect(
    places: Sequence[str],
    command_line: Mapping[str, object],
    *,
    directory: Path,
    environment: Mapping[str, str],
    keep_going: bool = False,
) -> Collected:
    """Take the wheels in `places` (directories, searched through and through, or files) into the output directory.

    Inside of a project they are compared with its plan, which the options of `command_line` select. Nothing is copied
    if anything is wrong or missing, unless `keep_going`: then what is right is copied. Files appear whole or not at
    all. What lies in the output directory already, of the same version, counts as found.
    Raises ConfigError for places without a wheel, PackError for files that cannot be read or written, and what keeps
    the project from having a plan.
    """
    given, manifest = locate(command_line, directory, environment)
    out = Path(directory, given.options.out)
    known = tables.load(resources.table_texts())
    found = _examined(_wheels(places, directory), known)
    plan: Plan | None = None
    if manifest is not None or command_line.keys() - {"out"}:
        plan = prepare(command_line, directory=directory, environment=environment, elsewhere=True).plan
    project = None if plan is None else _identity(plan)
    found += _in_place(out, found, project, known)
    wrong = faults(found, project)
    bad = {where for fault in wrong for where in fault.wheels}
    good = [group for group in distinct(found) if not any(each.where in bad for each in group)]
    seen = None if plan is None else _compared(plan, found, bad, known)
    is_fine = not wrong and (seen is None or not seen.missing)
    taken = good if is_fine or keep_going else []
    new = _copied(taken, out)
    return Collected(
        out=out,
        wheels=tuple(_taken(group, out if group in taken else None, new) for group in distinct(found)),
        issues=tuple(fault.issue for fault in wrong),
        compared=seen,
        warnings=(
            *(plan.warnings if plan else ()),
            *(f"{each.where}: {text}" for each in found for text in each.report.warnings),
        ),
    )


def _wheels(places: Iterable[str], directory: Path) -> tuple[Path, ...]:
    """Return every wheel in the places, each once, sorted; raises ConfigError for all that is none or empty."""
    paths: dict[Path, None] = {}
    issues = []
    for place in places:
        path = directory / place
        inside = [path] if path.is_file() and path.suffix == ".whl" else sorted(path.rglob("*.whl"))
        found = [each for each in inside if each.is_file()]
        if not found:
            message = "no wheel is in it" if path.is_dir() else "neither a directory nor a wheel"
            issues.append(Issue(message=message if path.exists() else "there is no such directory", where=place))
        paths |= dict.fromkeys(found)
    if issues:
        raise ConfigError(*issues)
    return tuple(paths)


def _examined(paths: Iterable[Path], known: Tables) -> list[Found]:
    return [examined(str(path), path.name, _content(path), known) for path in paths]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PackError(issue_of(error, path)) from error


def _identity(plan: Plan) -> Identity:
    return canonicalize_name(plan.project.metadata.name), plan.project.metadata.version


def _compared(plan: Plan, found: Sequence[Found], bad: Set[str], known: Tables) -> Compared:
    """Return the plan beside the files; what is wrong with a wheel was said, so it is neither missing nor unplanned."""
    seen = compared(plan, known.policies, {each.filename for each in found})
    told = {each.filename for each in found if each.where in bad}
    return replace(seen, unplanned=tuple(name for name in seen.unplanned if name not in told))


def _in_place(out: Path, found: Sequence[Found], project: Identity | None, known: Tables) -> list[Found]:
    """Return the wheels of this version that are in the output directory already, and were not found otherwise."""
    seen = {Path(each.where).resolve() for each in found}
    wanted = project or identity_of(found)
    there = [path for path in sorted(out.glob("*.whl")) if path.is_file() and path.resolve() not in seen]
    return [each for each in _examined(there, known) if each.identity == wanted]


def _copied(groups: Iterable[Sequence[Found]], out: Path) -> frozenset[str]:
    """Copy what is not in its place and return the names; the first file appears when the last one is written."""
    fresh = [group[0] for group in groups if not any(_is_at(each, out) for each in group)]
    if not fresh:
        return frozenset()
    make_directory(out)
    with ExitStack() as stack:
        files = [stack.enter_context(WholeFile(out / each.filename)) for each in fresh]
        for each, file in zip(fresh, files, strict=True):
            file.write(_content(Path(each.where)))
            if file.sha256 != each.sha256:
                raise PackError.of("the file changed while it was collected", where=each.where)
        for file in files:
            file.commit()
    return frozenset(each.filename for each in fresh)


def _is_at(found: Found, out: Path) -> bool:
    return Path(found.where).resolve() == (out / found.filename).resolve()


def _taken(group: Sequence[Found], out: Path | None, new: frozenset[str]) -> Taken:
    first = group[0]
    return Taken(
        filename=first.filename,
        sources=tuple(each.where for each in group),
        size_bytes=first.size_bytes,
        sha256=first.sha256,
        path=None if out is None else out / first.filename,
        is_new=out is not None and first.filename in new,
    )

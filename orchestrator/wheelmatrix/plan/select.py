"""Which cells there are: from what was asked for, what the project and its pyo3 admit, and the patterns."""

import re
from collections.abc import Iterable, Iterator

from wheelmatrix.errors import ConfigError, Issue, NothingToBuild
from wheelmatrix.model import Cell, Gathered, Installed, Interpreter, Left, Project, Tables, Target
from wheelmatrix.options import BuildOptions, expand_braces, matches, split_patterns
from wheelmatrix.plan.admission import dotted, exclusion, exclusion_hint, obstacle, refusal, untried
from wheelmatrix.plan.any_python import ANY_PYTHON, fits_any, runs_python
from wheelmatrix.plan.tags import cell_id, short_id
from wheelmatrix.platforms import why_absent
from wheelmatrix.values import dataclass

_SPEC = re.compile(r"(python|cpython|cp|pypy|pp|graalpy|gp)?-?(\d)\.?(\d+)(t?)((?:_\w+)?)")
_NAMES = {
    "": "cpython", "python": "cpython", "cpython": "cpython", "cp": "cpython", "pypy": "pypy", "pp": "pypy",
    "graalpy": "graalpy", "gp": "graalpy",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The cells that will be built, and those that were left out."""

    cells: tuple[Cell, ...]
    """In matrix order: by target, then by interpreter."""
    left: tuple[Left, ...]
    warnings: tuple[str, ...]
    admitted: tuple[Interpreter, ...]
    """Every row that the project admits, selected or not: what a versionless stable ABI takes its minimum from."""


def is_spec(text: str) -> bool:
    """Return whether `text` names a version (`3.12`, `python3.12`, `3.14t`, `pypy3.11`), not a program or a path."""
    return _SPEC.fullmatch(text) is not None


def takes_active(options: BuildOptions) -> bool:
    """Return whether no Python was asked for in any way: then it is the one of the active environment."""
    return not (options.interpreters or options.all_interpreters or options.find_interpreter or options.build)


def means(spec: str, installed: Installed) -> bool:
    """Return whether a Python of this machine is of the version that `spec` names."""
    parts = _SPEC.fullmatch(spec)
    if parts is None:
        return False
    asked = (_NAMES[parts[1] or ""], (int(parts[2]), int(parts[3])), bool(parts[4]))
    return asked == (installed.implementation, installed.version, installed.free_threaded)


def select(
    options: BuildOptions, tables: Tables, gathered: Gathered, project: Project, targets: tuple[Target, ...]
) -> Selection:
    """Return the cells of a run.

    Raises ConfigError for an interpreter that cannot exist or that the project excludes, and for a pattern that
    matches nothing; NothingToBuild if no cell is left.
    """
    rows = (ANY_PYTHON,) if fits_any(project) else tables.interpreters
    admitted = tuple(row for row in rows if not obstacle(row, project, gathered, options))
    chosen, left = ([ANY_PYTHON], []) if fits_any(project) else _chosen(options, tables, gathered, project)
    unsure = [] if fits_any(project) else untried(chosen, project, gathered, options)
    cells, absent = _present(_cells(chosen, targets, gathered), options, project)
    left += absent
    known = [(cell_id(row, target), short_id(row, target)) for target in targets for row in rows]
    left += [] if fits_any(project) else _disabled(options, tables, gathered, project, chosen)
    cells, more, said = _filtered(options, cells, known, left)
    left += more
    if not cells:
        raise nothing_left(left)
    return Selection(cells=cells, left=tuple(left), warnings=(*unsure, *said), admitted=admitted)


def nothing_left(left: Iterable[Left]) -> NothingToBuild:
    """Return the error for an empty selection; its hint has every reason once, with the cells."""
    reasons: dict[str, list[str]] = {}
    for each in left:
        reasons.setdefault(each.reason, []).append(each.cell)
    hint = "\n".join(f"{', '.join(cells)}: {reason}" for reason, cells in reasons.items())
    return NothingToBuild.of("no cell is left to build", hint=hint)


def _chosen(
    options: BuildOptions, tables: Tables, gathered: Gathered, project: Project
) -> tuple[list[Interpreter], list[Left]]:
    """Return the rows that were asked for, in the tables' order, and those that are left out."""
    if options.interpreters:
        return _named(options, tables, gathered, project), []
    if options.all_interpreters or (options.build and not options.find_interpreter):
        return _offered(options, tables, gathered, project, tables.interpreters, is_found=False)
    if options.find_interpreter:
        rows = [row for row in tables.interpreters if installed_for(row, gathered)]
        return _offered(options, tables, gathered, project, rows, is_found=True)
    if gathered.active is None:
        raise ConfigError.of(
            "there is no Python here to build for",
            hint="name one with -i 3.12, or use --all-interpreters: none needs to be installed",
        )
    return [_row_of(gathered.active, options, tables, project, gathered)], []


def _named(options: BuildOptions, tables: Tables, gathered: Gathered, project: Project) -> list[Interpreter]:
    issues: list[Issue] = []
    found: set[str] = set()
    for spec in options.interpreters:
        try:
            found |= {row.id for row in _of_spec(spec, options, tables, gathered, project)}
        except ConfigError as error:
            issues += error.issues
    if issues:
        raise ConfigError(*issues)
    return [row for row in tables.interpreters if row.id in found]


def _of_spec(
    spec: str, options: BuildOptions, tables: Tables, gathered: Gathered, project: Project
) -> list[Interpreter]:
    if (asked := gathered.asked.get(spec)) is not None:
        return [_row_of(asked, options, tables, project, gathered)]
    parts = _SPEC.fullmatch(spec)
    if parts is None:
        raise ConfigError.of(
            f"{spec!r} is neither a Python version nor a program that was found",
            where="--interpreter",
            hint="3.12, python3.12, 3.14t, pypy3.11, or the path of a Python",
        )
    version = (int(parts[2]), int(parts[3]))
    implementation = _NAMES[parts[1] or ""]
    rows = [row for row in tables.interpreters if (row.implementation, row.version) == (implementation, version)]
    rows = [row for row in rows if row.free_threaded == bool(parts[4]) and row.id.endswith(parts[5])]
    if not rows:
        raise ConfigError.of(
            f"there is no {spec}", where="--interpreter", hint=f"known: {_known(tables, implementation)}"
        )
    for row in rows:
        _insist(row, spec, options, project, gathered)
    return rows


def _known(tables: Tables, implementation: str) -> str:
    versions = [row for row in tables.interpreters if row.implementation == implementation]
    return ", ".join(dict.fromkeys(f"{row.version[0]}.{row.version[1]}{'t' * row.free_threaded}" for row in versions))


def _row_of(
    installed: Installed, options: BuildOptions, tables: Tables, project: Project, gathered: Gathered
) -> Interpreter:
    """Return the row of a Python on this machine; raises ConfigError if there is none or the project excludes it."""
    for row in tables.interpreters:
        if is_of(installed, row):
            _insist(row, str(installed.executable), options, project, gathered)
            return row
    raise ConfigError.of(
        f"{installed.implementation} {installed.patch} is not supported",
        where=str(installed.executable),
        hint=f"known: {_known(tables, installed.implementation)}",
    )


def _insist(row: Interpreter, spec: str, options: BuildOptions, project: Project, gathered: Gathered) -> None:
    """Raise ConfigError if the project or its pyo3 excludes a row that was asked for by name; age is no reason."""
    if reason := refusal(row, project, gathered, options):
        raise ConfigError.of(f"{spec}: {reason}", where="--interpreter", hint=exclusion_hint(project))


def is_of(installed: Installed, row: Interpreter) -> bool:
    """Return whether a Python on this machine has the ABI of a row."""
    same = (installed.implementation, installed.version, installed.free_threaded) == (
        row.implementation,
        row.version,
        row.free_threaded,
    )
    if not same or installed.debug:
        return False
    return row.implementation == "cpython" or installed.soabi.startswith(row.soabi)


def installed_for(row: Interpreter, gathered: Gathered) -> Installed | None:
    """Return the Python of this machine for a row: one that was asked for, the active one, or the first found."""
    active = () if gathered.active is None else (gathered.active,)
    candidates = (*gathered.asked.values(), *active, *gathered.installed)
    return next((each for each in candidates if is_of(each, row)), None)


def _offered(
    options: BuildOptions,
    tables: Tables,
    gathered: Gathered,
    project: Project,
    rows: Iterable[Interpreter],
    *,
    is_found: bool,
) -> tuple[list[Interpreter], list[Left]]:
    """Split rows nobody named into those to build and those left out; found ones need no group and may be old."""
    chosen: list[Interpreter] = []
    left: list[Left] = []
    for row in rows:
        if row.group and row.group not in options.enable and not is_found:
            continue
        reason = (exclusion if is_found else obstacle)(row, project, gathered, options)
        if not row.offered and not is_found and not reason:
            reason = "it is built only when it is named"
        if reason:
            can_be_named = not refusal(row, project, gathered, options)
            left.append(Left(cell=row.id, reason=reason, hint=f"-i {_spec(row)}" if can_be_named else ""))
        else:
            chosen.append(row)
    return chosen, left


def _spec(row: Interpreter) -> str:
    prefix = "" if row.implementation == "cpython" else row.implementation
    return f"{prefix}{dotted(row.version)}{'t' * row.free_threaded}"


def _cells(rows: list[Interpreter], targets: tuple[Target, ...], gathered: Gathered) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            id=cell_id(row, target),
            interpreter=row,
            target=target,
            installed=installed_for(row, gathered) if target.triple == gathered.host.triple else None,
        )
        for target in targets
        for row in rows
    )


def _present(cells: tuple[Cell, ...], options: BuildOptions, project: Project) -> tuple[tuple[Cell, ...], list[Left]]:
    """Leave out the Pythons that were never made for their target, and those that programs are linked to and lack.

    Raises ConfigError for those that were named, unless a pattern leaves them out for this target.
    """
    lacking = (
        "a program that runs Python is linked to it, and it is not on this machine" if runs_python(project) else ""
    )
    absent = [cell for cell in cells if cell.installed is None and cell.interpreter is not ANY_PYTHON]
    reasons = {cell.id: why_absent(cell.interpreter, cell.target) or lacking for cell in absent}
    left = [Left(cell=cell, reason=reason) for cell, reason in reasons.items() if reason]
    if options.interpreters:
        wanted = {cell.id for cell in cells if not _dropped(cell, options)}
        named = [each for each in left if each.cell in wanted]
        if named:
            raise ConfigError(*(Issue(message=f"{each.cell}: {each.reason}", where="--interpreter") for each in named))
    return tuple(cell for cell in cells if not reasons.get(cell.id)), left


def _dropped(cell: Cell, options: BuildOptions) -> str:
    """Return why the patterns leave a cell out; empty if they do not. `skip` wins."""
    names = (cell.id, short_id(cell.interpreter, cell.target))
    if options.skip and matches(options.skip, *names):
        return "a skip pattern names it"
    return "no build pattern names it" if options.build and not matches(options.build, *names) else ""


def _disabled(
    options: BuildOptions, tables: Tables, gathered: Gathered, project: Project, chosen: list[Interpreter]
) -> list[Left]:
    """Return the rows that a group keeps out, each with the option that turns it on, unless that would not help."""
    if options.interpreters or not (options.all_interpreters or options.build):
        return []
    ids = {row.id for row in chosen}
    return [
        Left(cell=row.id, reason=reason)
        if (reason := exclusion(row, project, gathered, options))
        else Left(cell=row.id, reason=f"the group {row.group} is not enabled", hint=f"--enable {row.group}")
        for row in tables.interpreters
        if row.group and row.group not in options.enable and row.id not in ids
    ]


def _filtered(
    options: BuildOptions, cells: tuple[Cell, ...], known: list[tuple[str, str]], left: list[Left]
) -> tuple[tuple[Cell, ...], list[Left], list[str]]:
    """Apply `build` and `skip`, by cibuildwheel's rules: `skip` wins, a `build` pattern has to match something."""
    issues = [issue for pattern in split_patterns(options.build) for issue in _unmatched(pattern, cells, known, left)]
    if issues:
        raise ConfigError(*issues)
    warnings = [
        f"the skip pattern {pattern!r} matches no cell"
        for pattern in split_patterns(options.skip)
        if not any(matches((glob,), *names) for glob in expand_braces(pattern) for names in known)
    ]
    kept, dropped = [], []
    for cell in cells:
        if reason := _dropped(cell, options):
            dropped.append(Left(cell=cell.id, reason=reason))
        else:
            kept.append(cell)
    return tuple(kept), dropped, warnings


def _unmatched(
    pattern: str, cells: tuple[Cell, ...], known: list[tuple[str, str]], left: list[Left]
) -> Iterator[Issue]:
    if any(matches((pattern,), cell.id, short_id(cell.interpreter, cell.target)) for cell in cells):
        return
    reasons = {each.cell: each for each in left}
    hits = (full for full, short in known if matches((pattern,), full, short))
    found = [why for full in hits if (why := reasons.get(full) or reasons.get(full.partition("-")[0]))]
    # The likeliest to be meant is one that can be had.
    if why := next((each for each in found if each.hint), found[0] if found else None):
        message = f"the build pattern {pattern!r} matches only cells that are left out: {why.cell}: {why.reason}"
        yield Issue(message=message, where="build", hint=why.hint)
        return
    hint = f"cell ids look like {known[0][0]}" if known else ""
    yield Issue(message=f"the build pattern {pattern!r} matches no cell", where="build", hint=hint)

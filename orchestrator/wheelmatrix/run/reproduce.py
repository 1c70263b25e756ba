"""The step of `--check-reproducible`: everything is built once more, elsewhere, and every wheel is compared."""

import os
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from anyio import to_thread

from wheelmatrix.audit.difference import wheel_differences
from wheelmatrix.errors import Issue, PackError, VerifyError
from wheelmatrix.events import Event, UnitFinished, UnitsCounted, UnitStarted
from wheelmatrix.model import Done, Failed, Gathered, Outcome, Wheel
from wheelmatrix.plan import asked_targets, plan
from wheelmatrix.plan.builds import root_directory
from wheelmatrix.plan.second import Second, second, second_options
from wheelmatrix.project.described import project
from wheelmatrix.run.files import issue_of, make_directory
from wheelmatrix.run.gather import gather_meanwhile, look
from wheelmatrix.run.history import History
from wheelmatrix.run.host import this_system
from wheelmatrix.run.shop import Shop
from wheelmatrix.run.sources import copy_sources

Again = Callable[[Shop], Awaitable[Mapping[str, Outcome]]]
"""Does every step of a shop's plan, and returns how each ended."""

_MOST_NAMED = 3
_CAUSES = (
    "times, random numbers or paths that a build script or macro writes, the order of a hash map, "
    'or env!("CARGO_MANIFEST_DIR") are the usual causes'
)


async def check_reproducible(step: str, wheels: Iterable[Wheel], shop: Shop, again: Again) -> int:
    """Build the plan of a shop a second time from a copy of its sources, and return how many wheels are the same.

    Other directories, with paths of another length, and nothing of the first build's is used. Events of the second
    build become progress of `step`. The first wheels stay whatever comes of it; the second place is removed unless
    something differs. Raises VerifyError, with each wheel that differs, or with why the second build failed.
    """
    gathered, written = shop.gathered, {wheel.id: wheel for wheel in wheels}
    if gathered is None:
        raise AssertionError("only a plan that was made from a machine can be made a second time")
    place = second(shop.plan.project, shop.options, gathered, shop.root)
    top = Path(place.copy.parent.parent)
    await to_thread.run_sync(_clear, top)
    try:
        await copy_sources(place, shop.guardian)
        other = await _shop(step, place, gathered, shop)
    except PackError as error:
        raise VerifyError(*error.issues) from error
    outcomes = await again(other)
    failed = [outcome.error for outcome in outcomes.values() if isinstance(outcome, Failed)]
    if failed:
        raise VerifyError(*(_told(issue, other) for error in failed for issue in error.issues))
    values = [outcome.value for outcome in outcomes.values() if isinstance(outcome, Done)]
    rebuilt = {value.id: value for value in values if isinstance(value, Wheel)}
    issues = await to_thread.run_sync(_differences, written, rebuilt)
    if issues:
        hint = f"{_cause(place)}; what the second build made is kept in {top}"
        raise VerifyError(*(replace(issue, hint=hint) for issue in issues))
    await to_thread.run_sync(_clear, top)
    return len(written)


def _clear(top: Path) -> None:
    try:
        if top.exists():
            shutil.rmtree(top)
    except OSError as error:
        raise VerifyError(issue_of(error, Path(error.filename or top))) from error


async def _shop(step: str, place: Second, gathered: Gathered, shop: Shop) -> Shop:
    """Return the shop of the second build: its own plan and places, the first one's jobserver and guardian."""
    options = second_options(shop.options, shop.plan.project, gathered, place)
    directory = Path(place.moved(gathered.directory))
    make_directory(directory)
    pyproject = Path(place.moved(gathered.pyproject)) if gathered.pyproject else None
    targets = tuple(asked_targets(options, shop.tables, this_system()))
    text = gathered.pyproject_text
    asked = await to_thread.run_sync(look, options, pyproject, text, directory, os.environ, targets)
    found, _ = await gather_meanwhile(asked)
    made = project(options, found)
    folder = shop.folder / "second"
    make_directory(folder)
    return replace(
        shop,
        plan=plan(options, shop.tables, found, made),
        options=options,
        root=Path(root_directory(made, options, found)),
        folder=folder,
        out=Path(options.out),
        emit=_Relay(step, shop.emit),
        history=History(folder / "history.json", {}),
        gathered=found,
        artifacts={},
        reports={},
        generated={},
        entries={},
        unit_graphs={},
        verifier=None,
        packed={},
    )


class _Relay:
    """Passes on what shows that the second build goes on, as progress of one step."""

    def __init__(self, step: str, emit: Callable[[Event], object]) -> None:
        self._step = step
        self._emit = emit
        self._totals: dict[str, int] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case UnitStarted() | UnitFinished():
                self._emit(replace(event, step=self._step))
            case UnitsCounted(step=step, total=total):
                self._totals[step] = total
                self._emit(UnitsCounted(step=self._step, total=sum(self._totals.values())))


def _told(issue: Issue, shop: Shop) -> Issue:
    """Return why the second build failed, as an issue of the check."""
    advice = f"files that git ignores are not there, unless they go into the wheel; logs: {shop.folder}"
    hint = f"{issue.hint}; {advice}" if issue.hint else advice
    return Issue(message=f"the second build failed: {issue.message}", where=issue.where, hint=hint)


def _differences(written: Mapping[str, Wheel], rebuilt: Mapping[str, Wheel]) -> list[Issue]:
    found = []
    for name, wheel in written.items():
        other = rebuilt.get(name)
        if other is None or wheel.path is None or other.path is None:
            found.append(Issue(message="the second build made no such wheel", where=wheel.filename or name))
        elif issue := _difference(wheel, Path(wheel.path), other, Path(other.path)):
            found.append(issue)
    return found


def _difference(wheel: Wheel, path: Path, other: Wheel, rebuilt: Path) -> Issue | None:
    if wheel.filename != other.filename:
        return Issue(message=f"is called {other.filename} the second time", where=wheel.filename)
    if wheel.sha256 == other.sha256:
        return None
    try:
        differing = wheel_differences(path.read_bytes(), rebuilt.read_bytes())
    except OSError as error:
        return issue_of(error, Path(error.filename or path))
    more = [each.member for each in differing[1:]]
    rest = f"; so do {', '.join(more[:_MOST_NAMED])}" if more else ""
    rest += f" and {len(more) - _MOST_NAMED} more" if len(more) > _MOST_NAMED else ""
    return Issue(message=f"not reproducible: {differing[0]}{rest}", where=wheel.filename)


def _cause(place: Second) -> str:
    """Return what to look at: what is known to differ, else what does so as a rule."""
    if not place.outside:
        return _CAUSES
    named = ", ".join(map(str, place.outside[:_MOST_NAMED]))
    return (
        f"cargo puts the absolute path of a package outside of the workspace into its symbols ({named}): "
        f"make it a member of the workspace; else {_CAUSES}"
    )

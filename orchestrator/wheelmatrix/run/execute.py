"""One run from its first event to its last: the lock, the journal, the engine, the signals."""

import errno
import os
import signal
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from wheelmatrix import __version__
from wheelmatrix.errors import ConfigError, Interrupted, Issue, VerifyError, WheelmatrixError
from wheelmatrix.events import RunFinished, RunStarted, Screen, Waiting, Warned
from wheelmatrix.model import Artifact, Build, Done, Entry, Failed, Outcome, Plan, Report, Wheel
from wheelmatrix.pack.headers import source_date_epoch
from wheelmatrix.plan.announced import announced
from wheelmatrix.plan.schedule import Schedule
from wheelmatrix.run import clone
from wheelmatrix.run.engine import Engine
from wheelmatrix.run.files import free_bytes, issue_of, prove_writable, remove_leftovers
from wheelmatrix.run.generate import check_generator
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.history import History
from wheelmatrix.run.jobserver import Jobserver
from wheelmatrix.run.journal import Journal, new_run_id
from wheelmatrix.run.lock import project_lock
from wheelmatrix.run.prepare import Prepared
from wheelmatrix.run.repair import check_repair
from wheelmatrix.run.shop import Shop
from wheelmatrix.run.signals import on_signals
from wheelmatrix.run.teller import Teller
from wheelmatrix.values import dataclass
from wheelmatrix.verify.tags import likely_tag

if TYPE_CHECKING:
    from wheelmatrix.run.verify import Verifier

_LEAST_BYTES = 64 << 20
"""Below this no build is begun: even a crate without dependencies needs some megabytes."""
_HEADROOM = 1.5
"""Times the size of a known build directory that a new one is granted. Source: measured clones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run came to."""

    exit_code: int
    """0, the code of the earliest stage that failed, or 128 plus the signal that ended the run."""
    wheels: tuple[Wheel, ...]
    """Those that are in their place, in the order of the matrix."""
    failures: tuple[WheelmatrixError, ...]
    journal: Path
    run: str
    artifacts: Mapping[str, Artifact]
    """By build id."""
    reports: Mapping[str, Report]
    """By build id."""
    entries: Mapping[str, tuple[Entry, ...]]
    """What was packed, by wheel id."""


def execute(prepared: Prepared, *, arguments: tuple[str, ...], screen: Screen, advises: bool = True) -> Result:
    """Do what the plan says and return what came of it; the screen is told everything, and closed at the end.

    `arguments` are recorded for `--resume`; `advises`: the last word is what to do next. Raises ConfigError if no step
    can be begun: no room on the disk, a place that cannot be written to, a SOURCE_DATE_EPOCH that is no number.
    """
    try:
        return anyio.run(_execute, prepared, arguments, screen, advises)
    finally:
        screen.close()


async def _execute(prepared: Prepared, arguments: tuple[str, ...], screen: Screen, advises: bool) -> Result:
    run = new_run_id()
    plan, options = prepared.plan, prepared.given.options
    jobs = options.jobs or prepared.gathered.host.cpus
    epoch_s = source_date_epoch(prepared.gathered.environment.get("SOURCE_DATE_EPOCH"))
    signals: list[int] = []
    with ExitStack() as tools:
        journal = tools.enter_context(Journal.create(prepared.root / "runs", run))
        teller = Teller(journal, screen.show)
        teller.emit(
            RunStarted(
                run=run,
                tool=__version__,
                directory=str(prepared.gathered.directory),
                arguments=arguments,
                jobs=jobs,
            )
        )
        for text in plan.warnings:
            teller.emit(Warned(message=text))
        guardian = tools.enter_context(Guardian.start())
        jobserver = tools.enter_context(Jobserver.open(jobs, journal.folder))
        shop = _shop(prepared, epoch_s, journal, teller, guardian, jobserver)
        schedule = Schedule(plan.steps, plan.pools, fail_fast=options.fail_fast)
        refused: WheelmatrixError | None = None
        async with anyio.create_task_group() as group:
            engine = Engine(shop, schedule)
            group.start_soon(teller.tick)
            await group.start(on_signals, partial(_cancel, engine, signals, group.cancel_scope), guardian.kill_all)
            try:
                await _run(engine, shop, prepared, teller)
            except WheelmatrixError as error:
                refused = error
            group.cancel_scope.cancel()
        shop.history.save()
        if journal.failure is not None:
            teller.emit(Warned(message=f"the journal of this run is not whole: {journal.failure.strerror}"))
        failures: tuple[WheelmatrixError, ...] = () if refused is None else (refused,)
        failures += tuple(each.error for each in schedule.outcomes.values() if isinstance(each, Failed))
        result = _result(shop, schedule.outcomes, failures, signals, journal)
        teller.emit(
            RunFinished(
                exit_code=result.exit_code,
                seconds=round(journal.now_s(), 3),
                advice=_advice(result, prepared, len(plan.wheels)) if advises else "",
            )
        )
        teller.flush()
    if refused is not None and not signals:
        raise refused  # no step tells of it
    return result


def _cancel(engine: Engine, signals: list[int], scope: anyio.CancelScope, number: int) -> None:
    """Note the first signal and end the run; one that is waiting for its turn has no step to end."""
    signals.append(number)
    if engine.is_running:
        engine.cancel()
    else:
        scope.cancel()


async def _run(engine: Engine, shop: Shop, prepared: Prepared, teller: Teller) -> None:
    plan = prepared.plan
    async with project_lock(prepared.root / "lock", lambda text: _wait(teller, text)):
        teller.emit(announced(plan, tuple(shop.expected_s(step) for step in plan.steps)))
        await to_thread.run_sync(_check_out, shop.out)
        await to_thread.run_sync(_clear, shop)
        await to_thread.run_sync(_check_disk, plan, shop.root)
        check_repair(plan)
        await _check_proofs(shop)
        await check_generator(shop)
        await engine.run()


def _wait(teller: Teller, text: str) -> None:
    teller.emit(Waiting(what=text))


def _shop(
    prepared: Prepared, epoch_s: int, journal: Journal, teller: Teller, guardian: Guardian, jobserver: Jobserver
) -> Shop:
    out = Path(prepared.gathered.directory, prepared.given.options.out)
    return Shop(
        plan=prepared.plan,
        options=prepared.given.options,
        tables=prepared.tables,
        generator=f"wheelmatrix {__version__}",
        root=prepared.root,
        folder=journal.folder,
        out=out,
        epoch_s=epoch_s,
        emit=teller.emit,
        jobserver=jobserver,
        guardian=guardian,
        history=History.load(prepared.root / "history.json"),
        verifier=_verifier(prepared, journal, guardian, jobserver),
        gathered=prepared.gathered,
    )


def _verifier(
    prepared: Prepared, journal: Journal, guardian: Guardian, jobserver: Jobserver
) -> "Verifier | None":  # fmt: skip
    """Return what verifies the wheels, in the cells' Pythons and every other of this machine; None: nothing does."""
    gathered, options = prepared.gathered, prepared.given.options
    if options.verify == "off":
        return None
    from wheelmatrix.run.verify import Verifier, dependency_groups

    own = (cell.installed for cell in prepared.plan.cells)
    natives = {python.executable: python for python in (*own, *gathered.installed) if python is not None}
    return Verifier(
        options=options,
        tables=prepared.tables,
        natives=tuple(natives.values()),
        directory=Path(gathered.directory),
        project=Path(prepared.plan.project.root),
        groups=dependency_groups(gathered.pyproject_text),
        environment=dict(os.environ),
        scratch=journal.folder,
        token=partial(jobserver.token, follows=True),
        guardian=guardian,
        is_windows=gathered.host.os == "windows",
    )


def _clear(shop: Shop) -> None:
    """Remove what runs that were killed left behind."""
    if shop.out.is_dir():
        remove_leftovers(shop.out)
    for profile in (shop.root / "builds").glob("*/*"):
        clone.remove_leftovers(profile)


def _check_out(out: Path) -> None:
    """Refuse to compile for a wheel directory that cannot be written to; one that is not there yet is not made."""
    existing = next((each for each in (out, *out.parents) if os.path.lexists(each)), out)
    if existing.is_dir():
        prove_writable(existing)
    else:
        raise ConfigError(issue_of(FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)), existing))


async def _check_proofs(shop: Shop) -> None:
    """Refuse to compile for wheels that could not be verified as far as was demanded; none has its floor yet."""
    if shop.verifier is None:
        return
    issues = []
    targets = {build.id: build.target for build in shop.plan.builds}
    for wheel in shop.plan.wheels:
        filename = f"{wheel.stem}-{likely_tag(targets[wheel.builds[0]])}.whl"
        lacking = await shop.verifier.lacking(filename, shop.plan.project.metadata.requires_python)
        if lacking is not None:
            issues.append(Issue(message=lacking.message, where=wheel.id, hint=lacking.hint))
    if issues:
        raise VerifyError(*issues)


def _check_disk(plan: Plan, root: Path) -> None:
    """Refuse to begin what the disk cannot hold; a new directory is taken to be as large as the one it starts from."""
    fresh = [build for build in (*plan.builds, *plan.tools) if not Path(build.directory).exists()]
    needed = int(_HEADROOM * sum(map(_source_bytes, fresh))) + _LEAST_BYTES
    free = free_bytes(root)
    if free < needed:
        raise ConfigError(
            Issue(
                message=f"{len(fresh)} new builds need about {needed >> 20} MB, and {free >> 20} MB are free",
                where=str(root),
                hint="make room (`wheelmatrix clean` removes old builds), or put them elsewhere with --target-dir",
            )
        )


def _source_bytes(build: Build) -> int:
    source = next((Path(place) for place in build.clone_from if Path(place).is_dir()), None)
    return _copied_bytes(source) if source else 0


def _copied_bytes(directory: Path) -> int:
    """Return how much of a clone is new on the disk: all but what is linked."""
    files = (path for path in directory.rglob("*") if path.suffix not in (".rlib", ".rmeta"))
    return sum(path.lstat().st_size for path in files)


def _result(
    shop: Shop,
    outcomes: dict[str, Outcome],
    failures: tuple[WheelmatrixError, ...],
    signals: list[int],
    journal: Journal,
) -> Result:
    done = [outcome.value for outcome in outcomes.values() if isinstance(outcome, Done)]
    written = {value.id: value for value in done if isinstance(value, Wheel)}
    code = min((failure.exit_code for failure in failures), default=0)
    if signals:
        name = signal.Signals(signals[0]).name
        failures = (Interrupted.by(signals[0], f"the run was ended by {name}"), *failures)
        code = 128 + signals[0]
    return Result(
        exit_code=code,
        wheels=tuple(written[wheel.id] for wheel in shop.plan.wheels if wheel.id in written),
        failures=failures,
        journal=journal.path,
        run=journal.folder.name,
        artifacts=shop.artifacts,
        reports=shop.reports,
        entries=shop.entries,
    )


def _advice(result: Result, prepared: Prepared, planned: int) -> str:
    if result.exit_code:
        left = planned - len(result.wheels)
        if not left:
            return f"wheelmatrix build --resume {result.run}   (all wheels are there; this checks them again)"
        return f"wheelmatrix build --resume {result.run}   ({left} of {planned} wheels are missing)"
    out = prepared.given.options.out
    return f"python -m pip install --no-index --find-links {out} {prepared.plan.project.metadata.name}"

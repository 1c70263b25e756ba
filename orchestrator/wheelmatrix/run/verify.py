"""Verifies wheels: reads them, unpacks them, imports them in Pythons, tests them in fresh environments."""

import signal
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from pathlib import Path

import anyio
import tomli
from anyio import to_thread

from wheelmatrix.audit import audit_wheel, check_archive
from wheelmatrix.audit.loader import simulate
from wheelmatrix.errors import PackError, WheelmatrixError
from wheelmatrix.model import Command, Installed, Tables
from wheelmatrix.model.verified import Check, Lacking, Runner, Verdict
from wheelmatrix.options import BuildOptions
from wheelmatrix.run.child import Exit
from wheelmatrix.run.files import issue_of
from wheelmatrix.run.groups import first_of
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.process import Captured, capture
from wheelmatrix.run.pythons import cache_file
from wheelmatrix.run.runners import runners
from wheelmatrix.values import dataclass
from wheelmatrix.verify.choosing import Pythons, chosen, requires_python_of, why_none
from wheelmatrix.verify.importing import SCRIPT, Ended, import_command, imported
from wheelmatrix.verify.modules import modules_of, on_path
from wheelmatrix.verify.tags import only_cpython, promise
from wheelmatrix.verify.testing import requirements, trial, trial_pythons
from wheelmatrix.verify.verdict import audited, simulated

_TAIL_LINES = 12

Token = Callable[[], AbstractAsyncContextManager[object]]
"""What has to be held while a child works."""


@dataclass(slots=True, kw_only=True)
class Verifier:
    """Verifies any number of wheels, at once if need be; asks the Pythons what they are when the first one comes."""

    options: BuildOptions
    tables: Tables
    natives: tuple[Installed, ...]
    """Pythons of this machine."""
    directory: Path
    """Where the program was started: what places on the command line are relative to."""
    project: Path
    """What {project} means."""
    groups: Mapping[str, object]
    """`[dependency-groups]` of the project."""
    environment: Mapping[str, str]
    """Variables of this process."""
    scratch: Path | None
    """Where wheels are unpacked; None: where the system has its temporary files."""
    token: Token
    guardian: Guardian | None = None
    is_windows: bool = False
    _pythons: Pythons | None = None
    _asking: anyio.Lock = field(default_factory=anyio.Lock)

    async def verify(self, path: Path) -> Verdict:
        """Return what verification of the wheel at `path` comes to; the tiers above one that failed are not tried.

        Raises PackError if it cannot be read, ConfigError for a configured Python or group that there is not.
        """
        async with self.token():
            began_s = time.monotonic()
            checks, members = await to_thread.run_sync(self._read, path)
        first = Check(tier=checks[0].tier, state=checks[0].state, message=checks[0].message,
                      seconds=time.monotonic() - began_s)  # fmt: skip
        found = [first, *checks[1:]]
        if all(check.state != "failed" for check in found):
            with tempfile.TemporaryDirectory(
                prefix="wheelmatrix-verify-", dir=self.scratch, ignore_cleanup_errors=True
            ) as folder:
                found += await self._run(path, members, Path(folder))
        return Verdict(filename=path.name, checks=tuple(found))

    async def lacking(self, filename: str, requires_python: str = "") -> Lacking | None:
        """Return what is missing for the tier that was demanded of a wheel of this name, before it is built.

        None: nothing that is known beforehand. Raises ConfigError for a configured Python that there is not.
        """
        if self.options.verify not in ("import", "test"):
            return None
        pythons = await self._all_pythons()
        taken = chosen(filename, pythons, self.tables, requires_python)
        if not taken:
            return why_none(filename, pythons, self.tables)
        tested = trial_pythons(filename, taken, self.options, self.tables) if self.options.verify == "test" else taken
        return tested if isinstance(tested, Lacking) else None

    def _read(self, path: Path) -> tuple[tuple[Check, ...], Mapping[str, bytes]]:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise PackError(issue_of(error, path)) from error
        static = audited(audit_wheel(path.name, data, self.tables))
        if static.state == "failed":
            return (static,), {}
        _, members = check_archive(path.name, data)
        simulation = simulate(
            members,
            self.tables.exports,
            promise=promise(path.name),
            cpython=only_cpython(path.name),
        )
        return (static, simulated(simulation)), members

    async def _run(self, path: Path, members: Mapping[str, bytes], folder: Path) -> list[Check]:
        """Import and test a wheel; `folder` is its own."""
        pythons = await self._all_pythons()
        taken = chosen(path.name, pythons, self.tables, requires_python_of(members))
        found = await self._imports(path, members, taken, folder, pythons)
        wanted = bool(self.options.test_command) or self.options.verify == "test"
        if wanted and all(check.state != "failed" for check in found):
            found += await self._tests(path, taken, folder)
        return found

    async def _all_pythons(self) -> Pythons:
        async with self._asking:
            if self._pythons is None:
                self._pythons = await runners(
                    self.natives,
                    self.options.verify_pythons,
                    directory=self.directory,
                    environment=self.environment,
                    cache=cache_file(self.environment).parent / "verify",
                    guardian=self.guardian,
                    timeout_s=self.options.verify_timeout,
                )
            return self._pythons

    async def _imports(
        self, path: Path, members: Mapping[str, bytes], taken: tuple[Runner, ...], folder: Path, pythons: Pythons
    ) -> list[Check]:
        files = on_path(members)
        modules = modules_of(files)
        if not modules:
            return [
                Check(tier="import", state="unreachable", message="there is no module in it that could be imported")
            ]
        if not taken:
            return [_unreachable("import", why_none(path.name, pythons, self.tables))]
        script, wheel = folder / "wheelmatrix_import.py", folder / "wheel"
        await to_thread.run_sync(_unpack, files, wheel, script)

        async def check(runner: Runner) -> Check:
            limit_s = self.options.verify_timeout
            said, seconds = await self._timed(import_command(runner, script, wheel, modules), limit_s)
            return imported(runner, _ended(said), timeout_s=limit_s, seconds=seconds)

        return await _each(taken, check)

    async def _tests(self, path: Path, taken: tuple[Runner, ...], folder: Path) -> list[Check]:
        tested = trial_pythons(path.name, taken, self.options, self.tables)
        if isinstance(tested, Lacking):
            return [_unreachable("test", tested)]
        required = requirements(self.options, self.groups)

        async def check(runner: Runner) -> Check:
            own = folder / f"test-{taken.index(runner)}"
            (own / "work").mkdir(parents=True)
            return await self._test(path, runner, required, own)

        return await _each(tested, check)

    async def _test(self, path: Path, runner: Runner, required: tuple[str, ...], own: Path) -> Check:
        """Test a wheel in one Python; its own directory is `own`."""
        plan = trial(
            runner, path, self.options, required,
            scratch=own, project=self.project, path=self.environment.get("PATH", ""),
            variables=dict(self.options.environment), is_windows=self.is_windows,
        )  # fmt: skip
        limit_s = self.options.test_timeout
        steps = [("python -m venv", plan.environment), ("pip install", plan.install)]
        steps += [(each.argv[-1], each) for each in plan.tests]
        spent_s = 0.0
        for name, command in steps:
            said, seconds = await self._timed(command, limit_s)
            spent_s += seconds
            if not said.exit.ok:
                is_venv = command == plan.environment
                return Check(
                    tier="test",
                    state="unreachable" if is_venv else "failed",
                    python=runner.label,
                    message=_told(name, said, limit_s),
                    hint="Debian has it in the package python3-venv" if is_venv else "",
                    seconds=spent_s,
                )
        return Check(tier="test", state="passed", python=runner.label, seconds=spent_s)

    async def _timed(self, command: Command, timeout_s: float) -> tuple[Captured, float]:
        """Run a child when it is its turn; return what it said, and the seconds that it took."""
        async with self.token():
            began_s = time.monotonic()
            said = await capture(command, guardian=self.guardian, timeout_s=timeout_s)
            return said, time.monotonic() - began_s


def dependency_groups(pyproject_text: str) -> Mapping[str, object]:
    """Return `[dependency-groups]` of a pyproject.toml that was read before; empty if it has none."""
    found = tomli.loads(pyproject_text).get("dependency-groups", {})
    return found if isinstance(found, dict) else {}


def _unreachable(tier: str, lacking: Lacking) -> Check:
    return Check(tier="import" if tier == "import" else "test", state="unreachable", message=lacking.message,
                 hint=lacking.hint)  # fmt: skip


async def _each(taken: tuple[Runner, ...], check: Callable[[Runner], Awaitable[Check]]) -> list[Check]:
    """Do `check` in every Python at once, and return what came of it in their order."""
    found: dict[int, Check] = {}

    async def one(place: int, runner: Runner) -> None:
        found[place] = await check(runner)

    try:
        async with anyio.create_task_group() as group:
            for place, runner in enumerate(taken):
                group.start_soon(one, place, runner)
    except* WheelmatrixError as failures:
        raise first_of(failures) from None
    return [found[place] for place in range(len(taken))]


def _unpack(files: Mapping[str, bytes], folder: Path, script: Path) -> None:
    """Write what a wheel puts on the path; its names were judged by the audit, so that none leads out."""
    try:
        script.write_text(SCRIPT, encoding="utf-8")
        folder.mkdir()
        for name, content in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    except OSError as error:
        raise PackError(issue_of(error, folder)) from error


def _ended(said: Captured) -> Ended:
    return Ended(
        code=said.exit.code,
        signal=_signal_name(said.exit),
        timed_out=said.exit.timed_out,
        stdout=said.stdout.decode("utf-8", "replace"),
        stderr=said.stderr.decode("utf-8", "replace"),
    )


def _signal_name(ended: Exit) -> str:
    if ended.signal is None:
        return ""
    return next((each.name for each in signal.Signals if each.value == ended.signal), f"signal {ended.signal}")


def _told(name: str, said: Captured, limit_s: float) -> str:
    """Return how a command ended, and the last lines that it said."""
    how = _signal_name(said.exit) or f"exit code {said.exit.code}"
    if said.exit.timed_out:
        how = f"it did not end within {limit_s:g} s"
    text = (said.stdout + b"\n" + said.stderr).decode("utf-8", "replace")
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join([f"`{name}` failed: {how}", *lines[-_TAIL_LINES:]])

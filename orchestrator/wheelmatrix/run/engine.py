"""The engine: starts what the schedule says is ready, waits, and tells everybody; it alone awaits steps."""

import time
import traceback
from collections.abc import Callable, Mapping
from typing import assert_never

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectSendStream

from wheelmatrix.errors import Issue, WheelmatrixError
from wheelmatrix.events import StepFinished
from wheelmatrix.model import Artifact, Done, Failed, Outcome, Part, Step, Wheel
from wheelmatrix.plan.schedule import Schedule
from wheelmatrix.run.audit import audit_artifact
from wheelmatrix.run.compile import compile_build, run_commands
from wheelmatrix.run.first_link import link_first
from wheelmatrix.run.generate import generate
from wheelmatrix.run.ledger import INTERRUPTED, Ledger
from wheelmatrix.run.merge import merge_slices
from wheelmatrix.run.ship import pack_wheel, verify_wheel
from wheelmatrix.run.shop import Shop

_TAIL_LINES = 20
_TAIL_CHARS = 1000
"""Of each line of the tail, colours included: no terminal shows more. The log has all of it."""

_FOLLOWING = frozenset({"audit", "merge", "generate", "pack", "verify"})
"""Kinds of steps that make a wheel of what is compiled: they take seconds, and go before the next build."""

Ended = tuple[Step, Outcome, float]
Said = Ended | tuple[Step, Part]
"""What comes back from the steps: one has ended, or has made a part that clones can take over."""


class Engine:
    """One run of a plan."""

    def __init__(self, shop: Shop, schedule: Schedule) -> None:
        self._shop = shop
        self._schedule = schedule
        self._scope = anyio.CancelScope()
        self._ledger = Ledger(schedule, shop.emit, expected_s=shop.expected_s, failed=self._failed)
        self._following: set[str] = set()
        self.is_running = False
        """True once `run` was called: only then `cancel` ends anything."""

    def cancel(self) -> None:
        """Stop starting steps, and end those that run."""
        self._scope.cancel()

    async def run(self) -> None:
        """Do every step that can be done; failures are outcomes, not exceptions."""
        self.is_running = True
        send, receive = anyio.create_memory_object_stream[Said](5 * len(self._shop.plan.steps) + 1)
        with self._scope, send, receive:
            async with anyio.create_task_group() as group:
                self._start(group, send)
                while not self._schedule.is_over:
                    said = await receive.receive()
                    if len(said) == 2:
                        self._schedule.made(said[0].id, said[1])
                    else:
                        step, outcome, seconds = said
                        self._note(step, outcome, seconds)
                        if self._must_stop(outcome):
                            group.cancel_scope.cancel()
                    self._start(group, send)
        self._shop.jobserver.expect(0)
        if self._scope.cancelled_caught or not self._schedule.is_over:
            undone = "another step failed, and --fail-fast was asked for"
            self._ledger.give_up(INTERRUPTED if self._scope.cancel_called else undone)

    def _must_stop(self, outcome: Outcome) -> bool:
        return isinstance(outcome, Failed) and self._shop.options.fail_fast

    def _start(self, group: TaskGroup, send: MemoryObjectSendStream[Said]) -> None:
        for step in self._ledger.started():
            if step.kind in _FOLLOWING:
                self._following.add(step.id)
            group.start_soon(self._do, step, send)
        self._shop.jobserver.expect(len(self._following))

    async def _do(self, step: Step, send: MemoryObjectSendStream[Said]) -> None:
        began_s = time.monotonic()
        outcome = await self._outcome(step, lambda part: send.send_nowait((step, part)))
        await send.send((step, outcome, time.monotonic() - began_s))

    async def _outcome(self, step: Step, made: Callable[[Part], None]) -> Outcome:
        """Do a step; whatever it raises is a value from here on."""
        try:
            return Done(value=await self._value(step, made))
        except WheelmatrixError as error:
            return Failed(error=error)
        except Exception as error:  # a bug of ours must not take the other cells with it
            with self._shop.log(step.id).open("a", encoding="utf-8") as log:
                log.write(traceback.format_exc())
            text = f"{type(error).__name__}: {error}"
            return Failed(error=WheelmatrixError.of(f"a bug of wheelmatrix: {text}", where=step.id))

    async def _value(self, step: Step, made: Callable[[Part], None]) -> object:
        shop = self._shop
        match step.kind:
            case "prepare":
                await run_commands(shop.plan.before, step.id, shop)
                return None
            case "link":
                link = next(link for link in shop.plan.first_links if link.id == step.subject)
                await link_first(link, step.id, shop)
                return None
            case "compile":
                build = next(each for each in (*shop.plan.builds, *shop.plan.tools) if each.id == step.subject)
                shop.artifacts[build.id] = artifact = await compile_build(build, step.id, shop, made)
                return artifact
            case "audit":
                shop.reports[step.subject] = report = await audit_artifact(step.subject, shop)
                return report
            case "merge":
                wheel = next(wheel for wheel in shop.plan.wheels if wheel.id == step.subject)
                shop.artifacts[wheel.id] = artifact = await merge_slices(wheel, shop)
                return artifact
            case "generate":
                wheel = next(wheel for wheel in shop.plan.wheels if wheel.id == step.subject)
                shop.generated[wheel.id] = await generate(wheel, step.id, shop)
                return None
            case "pack":
                wheel = next(wheel for wheel in shop.plan.wheels if wheel.id == step.subject)
                return await pack_wheel(wheel, shop)
            case "verify":
                wheel = next(wheel for wheel in shop.plan.wheels if wheel.id == step.subject)
                return await verify_wheel(wheel, shop)
            case "reproduce":
                from wheelmatrix.run.reproduce import check_reproducible

                done = (each.value for each in self._schedule.outcomes.values() if isinstance(each, Done))
                wheels = [value for value in done if isinstance(value, Wheel)]
                return await check_reproducible(step.id, wheels, shop, _again)
            case "upload":
                raise AssertionError("a release has an engine of its own: run.upload")
            case _:
                assert_never(step.kind)

    def _note(self, step: Step, outcome: Outcome, seconds: float) -> None:
        self._following.discard(step.id)
        if isinstance(outcome, Done):
            value = outcome.value
            if not (isinstance(value, Artifact) and value.is_fresh):  # says nothing of how long a compile takes
                self._shop.took(step, seconds)
        self._ledger.ended(step, outcome, seconds)

    def _failed(self, step: Step, error: WheelmatrixError, seconds: float) -> StepFinished:
        log = self._shop.log(step.id)
        has_log = log.is_file()
        tail: tuple[str, ...] = ()
        if has_log:
            with log.open("rb") as file:
                file.seek(max(0, log.stat().st_size - (1 << 16)))
                tail = tuple(
                    line if len(line) <= _TAIL_CHARS else f"{line[:_TAIL_CHARS]}…"
                    for line in file.read().decode("utf-8", "replace").splitlines()[-_TAIL_LINES:]
                )
        return StepFinished(
            step=step.id,
            state="failed",
            seconds=round(seconds, 3),
            message="\n".join(self._told(issue) for issue in error.issues),
            hint="\n".join(dict.fromkeys(issue.hint for issue in error.issues if issue.hint)),
            exit_code=error.exit_code,
            tail=tail,
            log=str(log) if has_log else "",
        )

    def _told(self, issue: Issue) -> str:
        """Return an issue with its place, where that says more than the name of the step does."""
        plan = self._shop.plan
        names = {*(step.id for step in plan.steps), *(build.name for build in (*plan.builds, *plan.tools))}
        is_known = not issue.where or issue.where in names or issue.where in {wheel.id for wheel in plan.wheels}
        return issue.message if is_known else f"{issue.where}: {issue.message}"


async def _again(shop: Shop) -> Mapping[str, Outcome]:
    schedule = Schedule(shop.plan.steps, shop.plan.pools, fail_fast=True)
    await Engine(shop, schedule).run()
    return schedule.outcomes

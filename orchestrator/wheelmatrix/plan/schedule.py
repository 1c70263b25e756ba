"""Which steps may start now: two functions over values; no clock, no task, no machine.

A step waits until all it `needs` have succeeded, all it comes `after` have ended and all parts that it starts `once`
they are made are there, and until each pool that it `holds` has a free place. Steps that are ready start in the plan's
order. A step that failed or was skipped skips whatever needs it, and nothing else.
"""

from collections.abc import Iterator, Mapping

from wheelmatrix.model import Done, Failed, Outcome, Part, Skipped, Step


class Schedule:
    """The state of a run: what waits, what runs, how each step ended."""

    def __init__(self, steps: tuple[Step, ...], pools: Mapping[str, int], *, fail_fast: bool = False) -> None:
        self._waiting = {step.id: step for step in steps}
        self._running: dict[str, Step] = {}
        self._free = dict(pools)
        self._fail_fast = fail_fast
        self._made: set[str] = set()
        self.outcomes: dict[str, Outcome] = {}
        """How each step ended, by id, in the order they ended."""

    @property
    def is_over(self) -> bool:
        """True when nothing waits and nothing runs."""
        return not self._waiting and not self._running

    @property
    def running(self) -> frozenset[str]:
        """Ids of the steps that were handed out and have not ended."""
        return frozenset(self._running)

    def ready(self) -> tuple[Step, ...]:
        """Return the steps to start now, in the plan's order; they count as running from here on."""
        started = []
        for step in list(self._waiting.values()):
            if self._may_start(step):
                del self._waiting[step.id]
                self._running[step.id] = step
                for pool in step.holds:
                    self._free[pool] -= 1
                started.append(step)
        return tuple(started)

    def made(self, step: str, part: Part) -> None:
        """Note that a running compile has made a part that clones can take over."""
        self._made.add(f"{step}/{part}")

    def finished(self, step: str, outcome: Outcome) -> tuple[tuple[str, Skipped], ...]:
        """Note how a running step ended; return the waiting steps that are skipped by it, in the plan's order."""
        ended = self._running.pop(step)
        for pool in ended.holds:
            self._free[pool] += 1
        self.outcomes[step] = outcome
        if isinstance(outcome, Failed) and self._fail_fast:
            return self.skip_waiting(f"{step} failed, and --fail-fast was asked for")
        return tuple(self._skipped_by(step)) if not isinstance(outcome, Done) else ()

    def skip_waiting(self, because: str) -> tuple[tuple[str, Skipped], ...]:
        """Skip every step that has not started; return them in the plan's order."""
        skipped = tuple((step, Skipped(because=because)) for step in self._waiting)
        self._waiting.clear()
        self.outcomes.update(skipped)
        return skipped

    def _may_start(self, step: Step) -> bool:
        return (
            all(isinstance(self.outcomes.get(other), Done) for other in step.needs)
            and all(other in self.outcomes for other in step.after)
            and all(part in self._made or part.partition("/")[0] in self.outcomes for part in step.once)
            and all(self._free[pool] > 0 for pool in step.holds)
        )

    def _skipped_by(self, cause: str) -> Iterator[tuple[str, Skipped]]:
        lost = {cause}
        for step in list(self._waiting.values()):
            if missing := sorted(step.needs & lost):
                lost.add(step.id)
                del self._waiting[step.id]
                skipped = Skipped(because=f"it needs {missing[0]}")
                self.outcomes[step.id] = skipped
                yield step.id, skipped

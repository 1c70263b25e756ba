from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from wheelmatrix.errors import CompileError
from wheelmatrix.model import Done, Failed, Outcome, Skipped, Step
from wheelmatrix.plan.schedule import Schedule

FAILED = Failed(error=CompileError.of("it does not compile"))


@st.composite
def graphs(draw: DrawFn) -> tuple[Step, ...]:
    """Draw steps in topological order."""
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 12))):
        earlier = [step.id for step in steps]
        some = st.frozensets(st.sampled_from(earlier), max_size=3) if earlier else st.just(frozenset())
        pool = draw(st.sampled_from([frozenset(), frozenset({"compile"}), frozenset({"compile", "memory"})]))
        step = Step(
            id=f"s{number}",
            kind="compile",
            subject="",
            needs=draw(some),
            after=draw(some),
            once=frozenset(f"{earlier_one}/shared" for earlier_one in draw(some)),
            holds=pool,
        )
        steps.append(step)
    return tuple(steps)


class Run:
    """A run whose steps end in an order that is drawn; it notes what the scheduler said."""

    def __init__(self, steps: tuple[Step, ...], pools: dict[str, int], fails: frozenset[str], fail_fast: bool) -> None:
        self.steps = {step.id: step for step in steps}
        self.schedule = Schedule(steps, pools, fail_fast=fail_fast)
        self.pools, self.fails = pools, fails
        self.ended: list[tuple[str, Outcome]] = []
        self.shared: set[str] = set()
        self.started: list[str] = []
        self.started_when_failed: int | None = None

    def play(self, data: st.DataObject) -> None:
        """Run until it is over; check what has to hold whenever steps start."""
        while True:
            self._start()
            if self.schedule.is_over:
                return
            assert self.schedule.running, "nothing runs, and it is not over"
            step = data.draw(st.sampled_from(sorted(self.schedule.running)))
            if step not in self.shared and data.draw(st.booleans()):
                self.schedule.made(step, "shared")
                self.shared.add(step)
                continue
            outcome: Outcome = FAILED if step in self.fails else Done()
            skipped = self.schedule.finished(step, outcome)
            self.ended += [(step, outcome), *skipped]
            if outcome is FAILED and self.started_when_failed is None:
                self.started_when_failed = len(self.started)

    def _start(self) -> None:
        for step in self.schedule.ready():
            outcomes = dict(self.ended)
            assert all(isinstance(outcomes.get(other), Done) for other in step.needs)
            assert step.after <= outcomes.keys()
            assert {part.removesuffix("/shared") for part in step.once} <= outcomes.keys() | self.shared
            self.started.append(step.id)
        used = Counter(pool for step in self.schedule.running for pool in self.steps[step].holds)
        assert all(used[pool] <= places for pool, places in self.pools.items())


def _dependents(steps: tuple[Step, ...], failed: set[str]) -> set[str]:
    lost: set[str] = set()
    for step in steps:
        if step.needs & (failed | lost):
            lost.add(step.id)
    return lost


_POOLS = st.fixed_dictionaries({"compile": st.integers(1, 3), "memory": st.integers(1, 2)})
_FAILS = st.frozensets(st.sampled_from([f"s{number}" for number in range(12)]))


@pytest.mark.slow
@given(graphs(), _POOLS, _FAILS, st.booleans(), st.data())
def test_every_step_ends_exactly_once(
    steps: tuple[Step, ...], pools: dict[str, int], fails: frozenset[str], fail_fast: bool, data: st.DataObject
) -> None:
    run = Run(steps, pools, fails, fail_fast)

    run.play(data)

    assert sorted(step for step, _ in run.ended) == sorted(run.steps)
    assert dict(run.ended) == run.schedule.outcomes


@pytest.mark.slow
@given(graphs(), _POOLS, _FAILS, st.data())
def test_a_failure_skips_exactly_what_needs_it(
    steps: tuple[Step, ...], pools: dict[str, int], fails: frozenset[str], data: st.DataObject
) -> None:
    run = Run(steps, pools, fails, False)

    run.play(data)

    outcomes = run.schedule.outcomes
    failed = {step for step, outcome in outcomes.items() if isinstance(outcome, Failed)}
    skipped = {step for step, outcome in outcomes.items() if isinstance(outcome, Skipped)}
    assert skipped == _dependents(steps, failed)
    assert set(run.started) == run.steps.keys() - skipped


@pytest.mark.slow
@given(graphs(), _POOLS, _FAILS, st.data())
def test_with_fail_fast_nothing_starts_after_a_failure(
    steps: tuple[Step, ...], pools: dict[str, int], fails: frozenset[str], data: st.DataObject
) -> None:
    run = Run(steps, pools, fails, True)

    run.play(data)

    assert run.started_when_failed in (None, len(run.started))


def test_ready_steps_start_in_the_plans_order() -> None:
    steps = tuple(Step(id=name, kind="compile", subject="") for name in "cab")

    started = Schedule(steps, {}).ready()

    assert [step.id for step in started] == ["c", "a", "b"]


def test_a_step_is_handed_out_once() -> None:
    schedule = Schedule((Step(id="a", kind="compile", subject=""),), {})

    assert [step.id for step in schedule.ready()] == ["a"]
    assert schedule.ready() == ()
    assert schedule.running == {"a"}


def test_what_comes_after_a_failed_step_runs() -> None:
    lead = Step(id="lead", kind="compile", subject="")
    clone = Step(id="clone", kind="compile", subject="", after=frozenset({"lead"}))
    schedule = Schedule((lead, clone), {})
    schedule.ready()

    skipped = schedule.finished("lead", FAILED)

    assert skipped == ()
    assert schedule.ready() == (clone,)


def test_a_clone_starts_when_its_source_has_what_they_share() -> None:
    lead = Step(id="lead", kind="compile", subject="")
    clone = Step(id="clone", kind="compile", subject="", once=frozenset({"lead/shared"}))
    schedule = Schedule((lead, clone), {})
    assert schedule.ready() == (lead,)

    schedule.made("lead", "host")
    assert schedule.ready() == ()
    schedule.made("lead", "shared")

    assert schedule.ready() == (clone,)
    assert schedule.running == {"lead", "clone"}


def test_a_clone_of_a_source_that_failed_before_starts_all_the_same() -> None:
    lead = Step(id="lead", kind="compile", subject="")
    clone = Step(id="clone", kind="compile", subject="", once=frozenset({"lead/shared"}))
    schedule = Schedule((lead, clone), {})
    schedule.ready()

    schedule.finished("lead", FAILED)

    assert schedule.ready() == (clone,)


def test_a_skipped_step_names_what_it_needs() -> None:
    names = ("compile", "audit", "pack")
    steps = tuple(
        Step(id=name, kind="compile", subject="", needs=frozenset(names[:place][-1:]))
        for place, name in enumerate(names)
    )
    schedule = Schedule(steps, {})
    schedule.ready()

    skipped = schedule.finished("compile", FAILED)

    assert [(step, outcome.because) for step, outcome in skipped] == [
        ("audit", "it needs compile"),
        ("pack", "it needs audit"),
    ]
    assert schedule.is_over


def test_an_interrupted_run_skips_all_that_waits_and_lets_the_running_end() -> None:
    steps = tuple(Step(id=name, kind="compile", subject="", holds=frozenset({"compile"})) for name in "ab")
    schedule = Schedule(steps, {"compile": 1})
    schedule.ready()

    skipped = schedule.skip_waiting("interrupted")

    assert skipped == (("b", Skipped(because="interrupted")),)
    assert not schedule.is_over
    schedule.finished("a", Skipped(because="interrupted"))
    assert schedule.is_over

"""Places for files that are being sent: never more than the pace allows at that moment."""

from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import pytest

from wheelmatrix.publish.pace import Pace
from wheelmatrix.run.gate import Gate


class Busy:
    """Counts who is inside."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.inside = self.most = self.done = 0

    async def stay(self, leave: Callable[[], Awaitable[None]]) -> None:
        async with self.gate.place():
            self.inside += 1
            self.most = max(self.most, self.inside)
            await leave()
            self.inside -= 1
            self.done += 1


@pytest.mark.parametrize("most", [1, 3, 20])
def test_no_more_are_inside_than_the_pace_allows(most: int) -> None:
    async def main() -> Busy:
        busy = Busy(Gate(Pace(most=most)))
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(busy.stay, partial(anyio.sleep, 0.001))
        return busy

    busy = anyio.run(main)
    assert (busy.done, busy.most) == (10, min(most, 10))


def test_a_limit_that_falls_lets_nobody_in_until_enough_have_left() -> None:
    async def main() -> tuple[int, int]:
        gate = Gate(Pace(most=4))
        busy, out = Busy(gate), anyio.Event()
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(busy.stay, out.wait)
            await anyio.wait_all_tasks_blocked()
            gate.pace.slowed()
            gate.pace.slowed()
            late = Busy(gate)
            for _ in range(3):
                group.start_soon(late.stay, anyio.lowlevel.checkpoint)
            await anyio.wait_all_tasks_blocked()
            assert late.inside == late.done == 0
            out.set()
        return late.done, late.most

    assert anyio.run(main) == (3, 1)


def test_a_limit_that_rises_lets_those_in_who_wait() -> None:
    async def main() -> int:
        gate = Gate(Pace(most=3, places=1))
        busy, out = Busy(gate), anyio.Event()
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(busy.stay, out.wait)
            await anyio.wait_all_tasks_blocked()
            assert busy.inside == 1
            gate.pace.succeeded()
            gate.pace.succeeded()
            async with anyio.create_task_group() as nested:
                nested.start_soon(busy.stay, anyio.lowlevel.checkpoint)
                await anyio.wait_all_tasks_blocked()
                out.set()
        return busy.most

    assert anyio.run(main) in (2, 3)


def test_a_place_is_given_back_whatever_happens_in_it() -> None:
    async def main() -> None:
        gate = Gate(Pace(most=1))
        with pytest.raises(ValueError, match="inside"):
            async with gate.place():
                raise ValueError("inside")
        with anyio.move_on_after(0.01):
            async with gate.place():
                await anyio.sleep_forever()
        async with gate.place():  # who waits and is cancelled takes none
            with anyio.move_on_after(0.01):
                async with gate.place():
                    raise AssertionError("two in one place")
        with anyio.fail_after(5):
            async with gate.place():
                pass

    anyio.run(main)

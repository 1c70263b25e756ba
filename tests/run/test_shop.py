import anyio
import pytest

from wheelmatrix.run.shop import Gate

pytestmark = pytest.mark.anyio


async def hold(gate: Gate, way: str, log: list[str], until: anyio.Event) -> None:
    async with getattr(gate, way)():
        log.append(f"{way} in")
        await until.wait()
        log.append(f"{way} out")


async def test_many_share_the_gate():
    gate, log, until = Gate(), [], anyio.Event()

    async with anyio.create_task_group() as group:
        group.start_soon(hold, gate, "shared", log, until)
        group.start_soon(hold, gate, "shared", log, until)
        await anyio.wait_all_tasks_blocked()
        until.set()

    assert log == ["shared in", "shared in", "shared out", "shared out"]


async def test_who_wants_to_be_alone_waits_for_all_and_lets_nobody_in():
    gate, log, first, alone, last = Gate(), [], anyio.Event(), anyio.Event(), anyio.Event()

    async with anyio.create_task_group() as group:
        group.start_soon(hold, gate, "shared", log, first)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(hold, gate, "alone", log, alone)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(hold, gate, "shared", log, last)
        await anyio.wait_all_tasks_blocked()
        assert log == ["shared in"]
        for event in (first, alone, last):
            event.set()
            await anyio.wait_all_tasks_blocked()

    assert log == ["shared in", "shared out", "alone in", "alone out", "shared in", "shared out"]


async def test_a_failure_inside_opens_the_gate():
    gate = Gate()
    for way in (gate.shared, gate.alone):
        with pytest.raises(ValueError, match="inside"):
            async with way():
                raise ValueError("inside")

    with anyio.fail_after(5):
        async with gate.alone():
            entered = True

    assert entered


async def test_who_gave_up_waiting_to_be_alone_leaves_the_gate_open():
    gate, log, until = Gate(), [], anyio.Event()

    async with anyio.create_task_group() as group:
        group.start_soon(hold, gate, "shared", log, until)
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.01):
            await hold(gate, "alone", log, until)
        group.start_soon(hold, gate, "shared", log, until)
        await anyio.wait_all_tasks_blocked()
        until.set()

    assert log == ["shared in", "shared in", "shared out", "shared out"]

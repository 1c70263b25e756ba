"""Never more than N jobs, however many children; tokens come back, and lost ones are replaced."""

import os
import stat
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import pytest

from wheelmatrix.errors import CompileError
from wheelmatrix.model import Command
from wheelmatrix.run.jobserver import Jobserver, _Shares
from wheelmatrix.run.process import supervise

pytestmark = pytest.mark.anyio
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFO")

CLIENT = (
    "import os; path = os.environ['CARGO_MAKEFLAGS'].partition('fifo:')[2]; fd = os.open(path, os.O_RDWR); "
    "taken = os.read(fd, 2); print(len(taken), flush=True); "
)


@pytest.fixture(params=["fifo", pytest.param("shares", id="shares")])
def jobserver(request, tmp_path):
    if request.param == "shares":
        opened = Jobserver(_Shares(3), 3)
    elif sys.platform == "win32":
        pytest.skip("Windows has no FIFO")
    else:
        opened = Jobserver.open(3, tmp_path)
    with opened:
        yield opened


def fifo_of(jobserver: Jobserver) -> Path:
    return Path(jobserver.environment["CARGO_MAKEFLAGS"].partition("fifo:")[2])


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what comes by way of a FIFO: a task that waits for that counts as blocked."""
    with anyio.fail_after(10):
        while not holds():
            await anyio.sleep(0.001)


async def test_no_more_than_n_hold_a_token_at_once(jobserver):
    holding, most = 0, 0

    async def work() -> None:
        nonlocal holding, most
        async with jobserver.token():
            holding += 1
            most = max(most, holding)
            await anyio.sleep(0.01)
            holding -= 1

    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(work)

    assert (most, jobserver.outstanding(), jobserver.lost) == (3, 0, 0)


async def test_who_comes_first_is_served_first(jobserver):
    served = []

    async def work(number: int) -> None:
        async with jobserver.token():
            served.append(number)
            await anyio.sleep(0.005)

    async with anyio.create_task_group() as group:
        for number in range(9):
            group.start_soon(work, number)
            await anyio.wait_all_tasks_blocked()

    assert served == list(range(9))


async def test_tokens_come_back_when_work_fails_or_is_cancelled(jobserver):
    with pytest.raises(CompileError):
        async with jobserver.token():
            raise CompileError.of("x")
    async with AsyncExitStack() as all_tokens:
        for _ in range(3):
            await all_tokens.enter_async_context(jobserver.token())
        with anyio.move_on_after(0.05) as waiting:
            async with jobserver.token():
                raise AssertionError("a fourth token")

    assert (waiting.cancelled_caught, jobserver.outstanding(), jobserver.lost) == (True, 0, 0)


async def test_outstanding_counts_what_is_held(jobserver):
    async with jobserver.token(), jobserver.token():
        assert jobserver.outstanding() == 2
    assert jobserver.outstanding() == 0


async def test_what_follows_a_build_goes_before_the_next_build(jobserver):
    done = []

    async def build(name: str) -> None:
        async with jobserver.token(wide=True):
            done.append(name)

    async def follow() -> None:
        async with jobserver.token(follows=True):
            done.append("audit")
        async with jobserver.token(follows=True):
            done.append("pack")

    async with anyio.create_task_group() as group, jobserver.token(), jobserver.token():
        async with jobserver.token(wide=True):
            group.start_soon(build, "next")
            await anyio.wait_all_tasks_blocked()
        jobserver.expect(1)
        await anyio.wait_all_tasks_blocked()
        assert done == [], "the token of the build that ended is kept for what follows it"
        await follow()
        await anyio.wait_all_tasks_blocked()
        assert done == ["audit", "pack"]
        jobserver.expect(0)
        await until(lambda: done == ["audit", "pack", "next"])
        jobserver.expect(0)

    assert (jobserver.outstanding(), jobserver.lost) == (0, 0)


async def test_what_follows_a_build_takes_whatever_comes_back(jobserver):
    done = []

    async def work(name: str, follows: bool) -> None:
        async with jobserver.token(follows=follows):
            done.append(name)

    async with anyio.create_task_group() as group, AsyncExitStack() as two:
        async with jobserver.token():
            for _ in range(2):
                await two.enter_async_context(jobserver.token())
            for name in ("other", "audit", "another audit"):
                group.start_soon(work, name, name != "other")
                await anyio.wait_all_tasks_blocked()
            assert done == []
        await until(lambda: done == ["audit", "another audit"])
        jobserver.expect(0)
        await until(lambda: done == ["audit", "another audit", "other"])

    assert (jobserver.outstanding(), jobserver.lost) == (0, 0)


async def test_a_build_that_fails_keeps_nothing_for_what_follows(jobserver):
    with pytest.raises(CompileError):
        async with jobserver.token(wide=True):
            raise CompileError.of("x")
    assert jobserver.outstanding() == 0

    async with jobserver.token(wide=True):
        assert jobserver.outstanding()
    assert jobserver.outstanding() == 1
    jobserver.expect(0)
    assert (jobserver.outstanding(), jobserver.lost) == (0, 0)


async def test_who_waited_to_follow_a_build_and_is_cancelled_takes_no_token_along(jobserver):
    async with AsyncExitStack() as all_tokens:
        for _ in range(3):
            await all_tokens.enter_async_context(jobserver.token())
        with anyio.move_on_after(0.05) as waiting:
            async with jobserver.token(follows=True):
                raise AssertionError("a fourth token")

    assert (waiting.cancelled_caught, jobserver.outstanding(), jobserver.lost) == (True, 0, 0)


async def test_many_that_follow_and_many_builds_lose_no_token(jobserver):
    holding, most = 0, 0

    async def work(number: int) -> None:
        nonlocal holding, most
        with anyio.move_on_after(0.03 if number % 5 == 0 else 10):
            async with jobserver.token(wide=number % 3 == 0, follows=number % 3 == 1):
                holding += 1
                most = max(most, holding)
                try:
                    await anyio.sleep(0.002 * (number % 4))
                finally:
                    holding -= 1
        jobserver.expect(number % 2)

    async with anyio.create_task_group() as group:
        for number in range(60):
            group.start_soon(work, number)
    jobserver.expect(0)

    assert most <= 3
    assert (jobserver.outstanding(), jobserver.lost) == (0, 0)


@posix
async def test_a_child_takes_further_tokens_from_the_same_fifo(tmp_path):
    said = []
    code = CLIENT + "os.write(fd, taken)"
    with Jobserver.open(3, tmp_path) as jobserver:
        command = Command(argv=(sys.executable, "-c", code), environment=jobserver.environment, directory=tmp_path)

        async with jobserver.token() as token:
            await supervise(command, on_stdout=said.append)

        assert (said, token.jobs_argument, jobserver.outstanding(), jobserver.lost) == ([b"2"], (), 0, 0)


@posix
async def test_tokens_that_a_killed_child_took_with_it_are_replaced_when_nothing_runs(tmp_path):
    code = CLIENT + "os.kill(os.getpid(), 9)"
    with Jobserver.open(3, tmp_path) as jobserver:
        command = Command(argv=(sys.executable, "-c", code), environment=jobserver.environment, directory=tmp_path)
        async with jobserver.token():
            await supervise(command)
            during = jobserver.outstanding()

        with anyio.fail_after(10):
            async with jobserver.token(), jobserver.token(), jobserver.token():
                assert jobserver.outstanding() == 3
        assert (during, jobserver.lost, jobserver.outstanding()) == (3, 2, 0)


@posix
async def test_a_token_given_back_twice_makes_no_more_than_n(tmp_path):
    with Jobserver.open(2, tmp_path) as jobserver:
        async with jobserver.token():
            with fifo_of(jobserver).open("r+b", buffering=0) as fifo:
                fifo.write(b"++")

        assert (jobserver.outstanding(), jobserver.lost) == (0, 0)


@posix
def test_the_fifo_is_private_and_goes_with_the_jobserver(tmp_path):
    jobserver = Jobserver.open(1, tmp_path)
    fifo = fifo_of(jobserver)
    modes = [stat.filemode(path.stat().st_mode) for path in (fifo, fifo.parent)]

    jobserver.close()
    jobserver.close()

    assert modes == ["prw-------", "drwx------"]
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("name", ["with blank", "tab\there", os.fsdecode(b"latin-\xe9")])
def test_a_path_that_the_variable_cannot_carry_is_not_used(name, tmp_path):
    with Jobserver.open(1, tmp_path / name) as jobserver:
        assert not fifo_of(jobserver).is_relative_to(tmp_path)
        assert fifo_of(jobserver).is_fifo()


@posix
@pytest.mark.parametrize("name", ["comma,here", "ümlaut", "a=b"])
def test_a_path_that_the_variable_can_carry_is_used(name, tmp_path):
    with Jobserver.open(1, tmp_path / name) as jobserver:
        assert fifo_of(jobserver).is_relative_to(tmp_path / name)


@posix
def test_without_any_place_for_a_fifo_tokens_are_shared_out(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "mkfifo", refuse)

    with Jobserver.open(4, tmp_path) as jobserver:
        assert jobserver.environment == {}
    assert list(tmp_path.iterdir()) == []


async def test_shares_divide_what_is_free_among_those_who_wait(tmp_path):
    jobs = []
    jobserver = Jobserver(_Shares(8), 8)

    async def build() -> None:
        async with jobserver.token(wide=True) as token:
            jobs.append(token.jobs_argument)
            await anyio.sleep(0.02)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(build)

    assert sorted(jobs) == [("-j2",), ("-j3",), ("-j3",)]
    async with jobserver.token() as narrow:
        assert narrow.jobs == 1


def test_variables_of_another_jobserver_are_taken_away_and_others_not(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKEFLAGS", " -j4 --jobserver-auth=3,4")
    monkeypatch.setenv("MFLAGS", "-k")

    with Jobserver.open(1, tmp_path) as jobserver:
        assert jobserver.without == {"MAKEFLAGS"}

"""Two runs on one project: the second waits, and says for whom."""

import os
import signal
import subprocess
import sys
import time

import anyio
import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.run.lock import project_lock

pytestmark = pytest.mark.anyio

HOLDER = """
import anyio, sys
from pathlib import Path
from wheelmatrix.run.lock import project_lock

async def main():
    async with project_lock(Path("lock"), print):
        print("held", flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read)

anyio.run(main)
"""


@pytest.fixture
def holder(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


async def test_a_free_lock_is_taken_without_a_word(tmp_path):
    said = []

    async with project_lock(tmp_path / "new" / "lock", said.append):
        assert said == []


async def test_the_second_run_waits_and_names_the_first(holder, tmp_path):
    said = []

    def on_wait(text: str) -> None:
        said.append(text)
        if text:
            holder.stdin.close()

    with anyio.fail_after(20):
        async with project_lock(tmp_path / "lock", on_wait):
            assert holder.wait() == 0

    assert len(said) == 2
    assert f"process {holder.pid}, since {time.strftime('%H:')}" in said[0]
    assert said[1] == ""


async def test_the_lock_of_a_killed_run_is_free(holder, tmp_path):
    said = []
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    async with project_lock(tmp_path / "lock", said.append):
        assert said == []


async def test_who_is_cancelled_while_waiting_lets_go(holder, tmp_path):
    with anyio.move_on_after(0.3) as waiting:
        async with project_lock(tmp_path / "lock", lambda _: None):
            raise AssertionError("two have it")

    assert waiting.cancelled_caught


async def test_two_in_one_process_exclude_each_other_too(tmp_path):
    inside, most = 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with project_lock(tmp_path / "lock", lambda _: None):
            inside += 1
            most = max(most, inside)
            await anyio.sleep(0.01)
            inside -= 1

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(work)

    assert most == 1


async def test_a_child_does_not_keep_the_lock(tmp_path):
    said = []
    async with project_lock(tmp_path / "lock", said.append):
        child = subprocess.Popen(["sleep", "60"])

    async with project_lock(tmp_path / "lock", said.append):
        child.kill()
    child.wait()

    assert said == []


async def test_a_lock_that_cannot_be_made_says_where(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="file"):
        async with project_lock(tmp_path / "file" / "lock", lambda _: None):
            raise AssertionError("no lock, no run")


async def test_a_holder_without_a_name_is_waited_for(tmp_path):
    said = []
    path = tmp_path / "lock"

    async def wait() -> None:
        async with project_lock(path, said.append):
            said.append("got it")

    async with anyio.create_task_group() as group, project_lock(path, said.append):
        os.truncate(path, 0)
        group.start_soon(wait)
        await anyio.sleep(0.05)

    assert said == ["another run is at work on this project: it did not leave its name", "", "got it"]

"""The first signal asks, the second ends; whatever the shell did to signals before."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX sends them")

RUN = """
import anyio, os, signal, sys
from wheelmatrix.run.signals import on_signals

def kill():
    print("kill", flush=True)
    os._exit(9)

async def main():
    async with anyio.create_task_group() as group:
        group.start_soon(on_signals, lambda number: print("cancel", number, flush=True), kill)
        await anyio.wait_all_tasks_blocked()
        print("ready", flush=True)

anyio.run(main, backend=sys.argv[1])
"""
IGNORING = (
    "import os, signal, sys; signal.signal(int(sys.argv[1]), signal.SIG_IGN); os.execv(sys.argv[2], sys.argv[2:])"
)


@pytest.fixture(params=["asyncio", "trio"])
def run(request):
    """Start the program, with one signal inherited ignored."""
    started = []

    def start(ignored: int | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", RUN, request.param]
        if ignored is not None:
            command = [sys.executable, "-c", IGNORING, str(int(ignored)), *command]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_cancels_and_the_second_kills(number, run):
    process = run()

    process.send_signal(number)
    first = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    second = process.stdout.readline()

    assert (first, second, process.wait()) == (f"cancel {int(number)}\n".encode(), b"kill\n", 9)


@pytest.mark.slow
def test_ctrl_c_is_heard_where_it_was_inherited_ignored(run):
    process = run(ignored=signal.SIGINT)

    process.send_signal(signal.SIGINT)

    assert process.stdout.readline() == b"cancel 2\n"


@pytest.mark.slow
def test_hangup_stays_ignored_under_nohup(run):
    process = run(ignored=signal.SIGHUP)

    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)

    assert process.stdout.readline() == b"cancel 15\n"

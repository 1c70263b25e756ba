"""Programs are supervised from the first byte to the last descendant; on both backends of anyio."""

import os
import shutil
import signal
import sys
from pathlib import Path

import anyio
import pytest

from wheelmatrix.errors import ConfigError, PackError, ToolMissing
from wheelmatrix.model import Command
from wheelmatrix.run import posix
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.process import Captured, capture, child_environment, output, supervise

pytestmark = pytest.mark.anyio

FAMILY = 'sh -c "sleep 300 & echo \\$! > {0}/grandchild; wait" & echo $! > {0}/child; touch {0}/ready; wait'


def python(code: str, *, directory: Path | None = None, **environment: str) -> Command:
    return Command(argv=(sys.executable, "-c", code), environment=environment, directory=directory or Path.cwd())


def shell(script: str, directory: Path, **environment: str) -> Command:
    return Command(argv=("sh", "-c", script), environment=environment, directory=directory)


async def pids_when_ready(folder: Path) -> list[int]:
    with anyio.fail_after(20):
        while True:
            found = [path.read_text().strip() for path in (folder / "child", folder / "grandchild") if path.exists()]
            if len(found) == 2 and all(found):
                return [int(pid) for pid in found]
            await anyio.sleep(0.01)


async def test_lines_come_in_order_without_newlines_and_the_last_needs_none(tmp_path):
    out, err = [], []

    ended = await supervise(
        shell("echo one; echo; printf two; echo three >&2; exit 7", tmp_path),
        on_stdout=out.append,
        on_stderr=err.append,
    )

    assert (out, err, ended.code, ended.signal, ended.ok) == ([b"one", b"", b"two"], [b"three"], 7, None, False)


async def test_bytes_that_are_no_utf8_arrive_untouched(tmp_path):
    lines = []

    await supervise(shell(r"printf '\377\376\r\n\033[1m'", tmp_path), on_stdout=lines.append)

    assert lines == [b"\xff\xfe\r", b"\x1b[1m"]


async def test_a_line_of_a_megabyte_is_one_line():
    lines = []

    await supervise(python("import sys; sys.stderr.write('x' * 1_000_000 + '\\nend')"), on_stderr=lines.append)

    assert [len(line) for line in lines] == [1_000_000, 3]


async def test_both_pipes_are_read_at_once_so_a_full_one_stops_nobody():
    seen = {"stdout": 0, "stderr": 0}
    code = "import os\nfor _ in range(200): os.write(1, b'o' * 9999 + b'\\n'); os.write(2, b'e' * 9999 + b'\\n')"

    ended = await supervise(
        python(code),
        on_stdout=lambda line: seen.update(stdout=seen["stdout"] + len(line)),
        on_stderr=lambda line: seen.update(stderr=seen["stderr"] + len(line)),
    )

    assert (ended.code, seen) == (0, {"stdout": 200 * 9999, "stderr": 200 * 9999})


async def test_standard_input_is_empty():
    lines = []

    await supervise(python("import sys; print(repr(sys.stdin.read()))"), on_stdout=lines.append)

    assert lines == [b"''"]


async def test_the_log_has_stderr_and_of_stdout_what_is_no_json(tmp_path):
    log = tmp_path / "logs" / "compile.log"
    command = shell("""echo '{"reason": "x"}'; echo plain; echo wrong >&2; printf end >&2""", tmp_path)

    await supervise(command, log=log, log_stdout=True)
    await supervise(command, log=log)

    first, second = log.read_text().splitlines()[:3], log.read_text().splitlines()[3:]
    assert (sorted(first), second) == (["end", "plain", "wrong"], ["wrong", "end"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
async def test_a_log_on_a_full_disk_does_not_stop_the_program(tmp_path):
    lines = []

    ended = await supervise(shell("echo a >&2; echo b >&2", tmp_path), on_stderr=lines.append, log=Path("/dev/full"))

    assert (ended.code, lines) == (0, [b"a", b"b"])


async def test_a_log_that_cannot_be_made_is_said_before_anything_starts(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(PackError, match="file"):
        await supervise(shell("touch started", tmp_path), log=tmp_path / "file" / "log")
    assert not (tmp_path / "started").exists()


async def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(ToolMissing, match="no program no-such-cargo"):
        await supervise(Command(argv=("no-such-cargo",), environment={}, directory=tmp_path))


async def test_a_file_that_is_no_program_is_named(tmp_path):
    (tmp_path / "tool").write_text("not a program")

    with pytest.raises(ToolMissing, match="cannot be started: Permission denied"):
        await output(Command(argv=(str(tmp_path / "tool"),), environment={}, directory=tmp_path))


async def test_a_missing_directory_is_not_called_a_missing_program(tmp_path):
    with pytest.raises(ConfigError, match="directory that is not there"):
        await supervise(shell("true", tmp_path / "gone"))


async def test_the_program_is_looked_for_on_the_path_of_the_command(tmp_path):
    tool = tmp_path / "my-tool"
    tool.write_text("#!/bin/sh\necho found")
    tool.chmod(0o755)

    said = await output(Command(argv=("my-tool",), environment={"PATH": f"{tmp_path}:/bin"}, directory=tmp_path))

    assert said == b"found\n"


async def test_output_is_kept_to_the_byte_and_failure_brings_the_end_of_stderr(tmp_path):
    captured = await capture(shell("printf 'a\\n\\nb'; echo why >&2; exit 3", tmp_path))

    assert (captured.stdout, captured.stderr, captured.exit.code) == (b"a\n\nb", b"why\n", 3)
    assert await output(shell("printf x; exit 3", tmp_path), check=False) == b"x"
    with pytest.raises(ConfigError, match=r"(?s)exit code 3.*why"):
        await output(shell("echo why >&2; exit 3", tmp_path))


async def test_a_signal_is_told_apart_from_an_exit_code(tmp_path):
    ended = await supervise(shell("kill -9 $$", tmp_path))

    assert (ended.code, ended.signal, ended.ok) == (137, signal.SIGKILL, False)


async def test_peak_memory_is_that_of_the_largest_descendant():
    child = f"import subprocess; subprocess.run([{sys.executable!r}, '-c', 'x = bytearray(200 << 20)'])"

    ended = await supervise(python(child))

    assert 200 << 20 < ended.peak_rss_bytes < 2 << 30


async def test_a_cancelled_program_leaves_no_grandchild(tmp_path, survivors):
    async with anyio.create_task_group() as group:
        group.start_soon(supervise, shell(FAMILY.format("."), tmp_path))
        pids = await pids_when_ready(tmp_path)
        group.cancel_scope.cancel()

    assert survivors(pids) == []


async def test_who_ignores_sigterm_is_killed_after_the_grace(tmp_path, survivors):
    script = f"trap '' TERM; {FAMILY.format('.')}; while :; do sleep 1; done"

    async def run() -> None:
        await supervise(shell(script, tmp_path), grace_s=0.2)

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        pids = await pids_when_ready(tmp_path)
        group.cancel_scope.cancel()

    assert survivors(pids) == []


async def test_a_descendant_may_tidy_up_during_the_grace_though_its_parent_is_dead(tmp_path):
    tidy = (
        "trap 'sleep 0.5; touch tidied; exit' TERM; echo $$ > grandchild; echo 1 > child; while :; do sleep 0.05; done"
    )

    async with anyio.create_task_group() as group:
        group.start_soon(supervise, shell(f'sh -c "{tidy.replace("$", chr(92) + "$")}" & exec sleep 300', tmp_path))
        await pids_when_ready(tmp_path)
        group.cancel_scope.cancel()

    assert (tmp_path / "tidied").exists()


async def test_output_is_read_while_a_cancelled_program_ends(tmp_path):
    lines = []
    code = (
        "import os, signal, sys, time\n"
        "def end(*_):\n  os.write(1, b'x' * 300_000 + b'\\nlast words\\n'); os._exit(0)\n"
        "signal.signal(signal.SIGTERM, end); open('child', 'w').write('1'); open('grandchild', 'w').write('1')\n"
        "while True: time.sleep(1)"
    )

    async with anyio.create_task_group() as group:

        async def run() -> None:
            await supervise(python(code, directory=tmp_path), on_stdout=lines.append)

        group.start_soon(run)
        await pids_when_ready(tmp_path)
        group.cancel_scope.cancel()

    assert lines[-1] == b"last words"


async def test_a_timeout_ends_the_group_and_is_told(tmp_path, survivors):
    ended = await supervise(shell(FAMILY.format("."), tmp_path), timeout_s=0.5)

    assert ended.timed_out
    assert ended.signal == signal.SIGTERM
    assert survivors(await pids_when_ready(tmp_path)) == []


async def test_stragglers_of_a_program_that_succeeded_are_killed(tmp_path, survivors):
    ended = await supervise(shell("sleep 300 & echo $! > child; echo $! > grandchild; exit 0", tmp_path))

    assert (ended.code, survivors(await pids_when_ready(tmp_path))) == (0, [])


@pytest.mark.slow
async def test_a_daemon_that_holds_the_pipe_is_not_waited_for_and_lives_on(tmp_path, lives):
    code = (
        "import os, time\n"
        "print('said', flush=True)\n"
        "if os.fork() == 0:\n"
        "  os.setsid(); open('child', 'w').write(str(os.getpid())); open('grandchild', 'w').write('1')\n"
        "  time.sleep(60)\n"
        "while not os.path.exists('grandchild'): time.sleep(0.01)\n"
    )
    lines = []

    with anyio.fail_after(30):
        ended = await supervise(python(code, directory=tmp_path), on_stdout=lines.append)

    daemon = (await pids_when_ready(tmp_path))[0]
    assert (ended.code, lines, lives(daemon)) == (0, [b"said"], True)
    os.kill(daemon, signal.SIGKILL)


async def test_what_a_callback_raises_ends_the_program_and_arrives_bare(tmp_path, survivors):
    def refuse(line: bytes) -> None:
        raise PackError.of(f"no room for {line.decode()}")

    script = f"{FAMILY.format('.').removesuffix('wait')} sleep 0.3; echo text; wait"
    with pytest.raises(PackError, match="no room for text"):
        await supervise(shell(script, tmp_path), on_stdout=refuse)

    assert survivors(await pids_when_ready(tmp_path)) == []


async def test_no_descriptor_is_left_open(tmp_path):
    await supervise(shell("true", tmp_path))
    before = len(list(Path("/dev/fd").iterdir()))

    for _ in range(5):
        await supervise(shell("echo a; echo b >&2", tmp_path))

    assert len(list(Path("/dev/fd").iterdir())) == before


async def test_without_a_pidfd_a_child_is_waited_for_and_ended_all_the_same(tmp_path, survivors, monkeypatch):
    monkeypatch.setattr(posix, "_pidfd", lambda pid: None)

    ended = await supervise(shell("exit 5", tmp_path))
    timed_out = await supervise(shell(FAMILY.format("."), tmp_path), timeout_s=0.5)

    assert (ended.code, timed_out.timed_out) == (5, True)
    assert survivors(await pids_when_ready(tmp_path)) == []


async def test_many_programs_run_at_once(tmp_path):
    seen = []

    async with anyio.create_task_group() as group:
        for number in range(20):

            async def run(number: int = number) -> None:
                await supervise(shell(f"echo {number}", tmp_path), on_stdout=seen.append)

            group.start_soon(run)

    assert sorted(map(int, seen)) == list(range(20))


async def test_children_get_everything_but_upload_credentials(tmp_path, monkeypatch):
    monkeypatch.setenv("TWINE_PASSWORD", "secret")
    monkeypatch.setenv("CARGO_REGISTRY_TOKEN", "needed")
    monkeypatch.setenv("PYTHONPATH", "unwanted")
    command = Command(
        argv=(shutil.which("env") or "env",),
        environment={"ADDED": "yes"},
        directory=tmp_path,
        without=frozenset({"PYTHONPATH"}),
    )

    said = await output(command)

    assert b"secret" not in said
    assert b"unwanted" not in said
    assert {b"CARGO_REGISTRY_TOKEN=needed", b"ADDED=yes"} <= set(said.splitlines())


@pytest.mark.parametrize(
    "added", [{"LC_ALL": "C"}, {"LC_CTYPE": "C"}, {"odd.name": "x", "NOT_UTF8": os.fsdecode(b"\xff")}]
)
async def test_a_guarded_program_gets_exactly_what_an_unguarded_one_gets(added, tmp_path, monkeypatch):
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    script = "env | grep -v ^_=; trap; grep Sig[BIC] /proc/self/status; ls -l /proc/self/fd | wc -l; echo $0 $1; pwd"
    command = Command(argv=("sh", "-c", script, "my name", "an  argument"), environment=added, directory=tmp_path)

    plain = await output(command)
    with Guardian.start() as guardian:
        guarded = await capture(command, guardian=guardian)

    assert guarded.stdout == plain


async def test_a_guarded_program_that_is_missing_is_named_too(tmp_path):
    (tmp_path / "no-program").write_text("text")
    (tmp_path / "no-interpreter").write_text("#!/nowhere/sh")
    (tmp_path / "no-interpreter").chmod(0o755)

    with Guardian.start() as guardian:

        async def run(program: str) -> Captured:
            command = Command(argv=(program,), environment={}, directory=tmp_path)
            return await capture(command, guardian=guardian)

        with pytest.raises(ToolMissing, match="no program no-such-cargo"):
            await run("no-such-cargo")
        with pytest.raises(ToolMissing, match="cannot be started: Permission denied"):
            await run("./no-program")
        failed = await run("./no-interpreter")

    assert (failed.exit.code, failed.stderr.endswith(b"cannot be started: No such file or directory\n")) == (127, True)


def test_what_a_command_adds_is_never_taken_away(tmp_path):
    command = Command(argv=("x",), environment={"PYPI_TOKEN": "mine"}, directory=tmp_path)

    assert child_environment(command, {"PYPI_TOKEN": "theirs", "HOME": "/h"}) == {"PYPI_TOKEN": "mine", "HOME": "/h"}

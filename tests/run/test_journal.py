"""The journal keeps what happened, whatever happens."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.events import RunFinished, RunStarted, StepFinished, StepStarted, Warned, WheelWritten, record
from wheelmatrix.run import journal
from wheelmatrix.run.journal import Journal, find, follow, new_run_id, read, runs

STARTED = RunStarted(run="r", tool="0", directory="/p", arguments=("build", "-i", "3.12"), jobs=2)
WRITTEN = WheelWritten(
    wheel="cp312-linux_x86_64", path="/d/a.whl", filename="a.whl", size_bytes=1, sha256="00", cells=(),
    platform_tag="linux_x86_64", floor="", floor_reason="", unchanged=False,
)  # fmt: skip
FINISHED = RunFinished(exit_code=5, seconds=1.5, advice="look")
WRITER = """
import sys, time
from pathlib import Path
from wheelmatrix.events import *
from wheelmatrix.run.journal import Journal
journal = Journal.create(Path.cwd(), "run")
journal.append(RunStarted(run="run", tool="0", directory="", arguments=(), jobs=1))
print("at work", flush=True)
sys.stdin.readline()
journal.append(Warned(message="later"))
sys.stdin.readline()
journal.append(RunFinished(exit_code=0, seconds=1, advice=""))
sys.stdin.readline()
"""


@pytest.fixture
def writer(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdout.readline() == b"at work\n"
        yield process
        process.kill()


def written(directory: Path, run: str, *events: object) -> Path:
    with Journal.create(directory, run) as journal:
        for event in events:
            journal.append(event)
        return journal.path


def test_events_come_back_as_they_were(tmp_path):
    event = StepFinished(step="compile:1", state="failed", seconds=2.0, message="a\nb", tail=("ü", "\x1b[1m"))

    with Journal.create(tmp_path, "r") as journal:
        stamped = [journal.append(each) for each in (STARTED, event, FINISHED)]

    assert [each.event for each in read(journal.path)] == [STARTED, event, FINISHED]
    assert [each.seq for each in read(journal.path)] == [0, 1, 2]
    assert sorted(each.at_s for each in stamped) == [each.at_s for each in stamped]


def test_a_file_name_that_is_no_utf8_is_not_lost(tmp_path):
    event = Warned(message=os.fsdecode(b"dist/\xff.whl"))

    path = written(tmp_path, "r", event)

    assert next(read(path)).event == event


def test_an_event_is_readable_as_soon_as_it_was_appended(tmp_path):
    with Journal.create(tmp_path, "r") as journal:
        journal.append(STARTED)

        assert [each.event for each in read(journal.path)] == [STARTED]


def test_a_torn_last_line_is_passed_over(tmp_path):
    path = written(tmp_path, "r", STARTED, Warned(message="x"))
    path.write_bytes(path.read_bytes()[:-9])

    assert [each.event for each in read(path)] == [STARTED]


def test_unknown_events_and_rubbish_are_passed_over(tmp_path):
    path = written(tmp_path, "r", STARTED)
    with path.open("a") as file:
        file.write('{"v": 1, "seq": 1, "at_s": 0, "wall_s": 0, "event": "from.the.future"}\n\x00\x00\nnull\n[]\n')
        file.write('{"v": 1, "seq": 1, "at_s": 0, "wall_s": 0, "event": "run.warned"}\n')
    with Journal.create(tmp_path, "other") as other:
        last = record(other.append(FINISHED))
    with path.open("a") as file:
        file.write(json.dumps(last) + "\n")

    assert [each.event for each in read(path)] == [STARTED, FINISHED]


def test_a_journal_of_another_schema_is_refused(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"v": 99, "event": "run.started"}\n')

    with pytest.raises(ConfigError, match="schema 99"):
        list(read(path))


def test_a_journal_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigError, match=r"events\.jsonl"):
        list(read(tmp_path / "events.jsonl"))


def test_a_run_is_made_once(tmp_path):
    written(tmp_path, "r", STARTED)

    with pytest.raises(ConfigError, match="exists"):
        Journal.create(tmp_path, "r")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits are POSIX's")
def test_a_full_disk_stops_the_journal_and_not_the_run_and_tears_one_line_only(tmp_path):
    code = f"""
import resource, signal
from pathlib import Path
from wheelmatrix.events import *
from wheelmatrix.run.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal.create(Path({str(tmp_path)!r}), "r")
journal.append(Warned(message="first"))
resource.setrlimit(resource.RLIMIT_FSIZE, (200, resource.RLIM_INFINITY))
journal.append(Warned(message="x" * 500))
assert journal.append(Warned(message="lost too")).seq == 2
assert journal.failure is not None
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.append(Warned(message="last"))
"""

    subprocess.run([sys.executable, "-c", code], check=True)

    assert [(each.seq, each.event.message) for each in read(tmp_path / "r" / "events.jsonl")] == [
        (0, "first"),
        (3, "last"),
    ]


def test_runs_are_listed_newest_first_with_what_became_of_them(tmp_path, writer):
    (tmp_path / "no-run").mkdir()
    time.sleep(0.01)  # those that began in one millisecond are told apart by their ids
    written(tmp_path, "crashed", STARTED, Warned(message="x"))
    written(tmp_path, "ended", STARTED, FINISHED)

    found = {run.id: run for run in runs(tmp_path)}

    assert list(found) == ["ended", "crashed", "run"]
    assert [(run.is_alive, run.exit_code, run.finished is not None) for run in found.values()] == [
        (False, 5, True),
        (False, None, False),
        (True, None, False),
    ]
    assert found["ended"].arguments == ("build", "-i", "3.12")
    assert found["ended"].started <= found["ended"].finished <= datetime.now(UTC)


def test_an_empty_journal_is_a_run_too(tmp_path):
    written(tmp_path, "r")

    assert [(run.id, run.arguments, run.exit_code, run.is_alive) for run in runs(tmp_path)] == [("r", (), None, False)]


def test_no_directory_no_runs(tmp_path):
    assert runs(tmp_path / "none") == ()


def test_a_run_is_found_by_its_beginning_or_as_the_last(tmp_path):
    for name in ("20261123-101502-7f3a", "20261123-101503-11aa", "20261124-000000-2222"):
        written(tmp_path, name, STARTED)

    assert find(tmp_path, "last").id == "20261124-000000-2222"
    assert find(tmp_path, "20261124").id == "20261124-000000-2222"
    assert find(tmp_path, "20261123-101502-7f3a").id == "20261123-101502-7f3a"


def test_an_id_that_is_the_beginning_of_another_is_that_run(tmp_path):
    written(tmp_path, "a", STARTED)
    written(tmp_path, "ab", STARTED)

    assert find(tmp_path, "a").id == "a"


@pytest.mark.parametrize(("asked", "said"), [("2027", "there is no run '2027'"), ("2026", "2 runs begin with '2026'")])
def test_a_run_that_is_not_found_names_those_there_are(asked, said, tmp_path):
    written(tmp_path, "2026-a", STARTED)
    written(tmp_path, "2026-b", STARTED)

    with pytest.raises(ConfigError, match=rf"(?s){said}.*2026-b, 2026-a"):
        find(tmp_path, asked)


@pytest.mark.parametrize("asked", ["last", "", "x"])
def test_before_the_first_run_the_error_says_how_to_get_one(asked, tmp_path):
    with pytest.raises(ConfigError, match="wheelmatrix build"):
        find(tmp_path, asked)


def test_following_ends_with_the_run(writer, tmp_path):
    seen = []

    def go_on(_: float) -> None:
        writer.stdin.write(b"\n")

    seen.extend(each.event.name for each in follow(tmp_path / "run" / "events.jsonl", go_on))

    assert seen == ["run.started", "run.warned", "run.finished"]


def test_following_ends_when_the_run_was_killed(writer, tmp_path):
    def kill(_: float) -> None:
        writer.send_signal(signal.SIGKILL)
        writer.wait()

    seen = [each.event.name for each in follow(tmp_path / "run" / "events.jsonl", kill)]

    assert seen == ["run.started"]


def test_following_waits_for_the_rest_of_a_line(tmp_path):
    with Journal.create(tmp_path, "r") as journal:
        journal.append(STARTED)
        with Journal.create(tmp_path, "other") as other:
            other.append(FINISHED)
        line = other.path.read_bytes()
        with journal.path.open("ab", buffering=0) as file:
            file.write(line[:20])

            def complete(_: float) -> None:
                file.write(line[20:])

            assert [each.event for each in follow(journal.path, complete)] == [STARTED, FINISHED]


def test_run_ids_are_unique_and_sort_by_time():
    moments = [datetime(2026, 11, 23, 10, 15, second, tzinfo=UTC) for second in range(5)]

    ids = [new_run_id(moment) for moment in moments]

    assert ids == sorted(ids)
    assert ids[2].startswith("20261123-101502-")
    assert len({new_run_id(moments[0]) for _ in range(20)}) > 1


def test_events_without_a_start_are_listed(tmp_path):
    written(tmp_path, "r", StepStarted(step="x", expected_s=None))

    assert runs(tmp_path)[0].arguments == ()


@pytest.mark.parametrize(
    ("event", "waits"),
    [
        (StepFinished(step="compile:1", state="done", seconds=20.0), True),
        (StepFinished(step="audit:1", state="done", seconds=0.1), False),
        (StepFinished(step="audit:1", state="failed", seconds=0.1), True),
        (WRITTEN, True),
        (replace(WRITTEN, unchanged=True), False),
        (FINISHED, True),
        (STARTED, False),
    ],
)
def test_only_what_cannot_be_had_again_at_once_waits_for_the_disk(event, waits, tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(journal, "_sync", synced.append)

    with Journal.create(tmp_path, "run") as made:
        before = len(synced)
        made.append(event)

        assert (len(synced) > before) is waits

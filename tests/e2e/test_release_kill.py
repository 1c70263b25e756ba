"""Whatever ends an upload, `--resume` brings the release to its end, and sends nothing that has arrived."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.e2e.sending import Sending, asleep, at, begun, ended, journals, quiet, until
from tests.index import FakeIndex, Pages, hanging, late, make_wheel, reset, slow, stored_then

pytestmark = pytest.mark.slow

# By size: the smallest goes first, and then the largest.
LEAD, SECOND, THIRD = "*cp310-manylinux*", "*cp311-manylinux*", "*cp313-manylinux*"
SLOW_BYTES_PER_S = 300_000.0
_SEED, _ROUNDS = 5, 6

Make = Callable[..., Sending]
Moment = Callable[[FakeIndex], object]


def killed(made: Sending, index: FakeIndex, moment: Moment, *words: str) -> None:
    """Upload, and end that with signal 9 when the moment comes."""
    process = made.start("upload", *at(index), *words, *made.words)
    is_there = until(lambda: moment(index), process)
    process.kill()
    _, err = process.communicate()
    assert is_there, err.decode()
    assert process.returncode == -signal.SIGKILL, "it had ended before"
    quiet(index)


def killed_at_the_third(made: Sending, index: FakeIndex) -> None:
    """Upload one file after the other, and end that when two are stored and the third, which THIRD names, hangs."""
    killed(made, index, lambda index: sum(post.is_complete for post in index.posts) == 3, "-j", "1")
    assert len(index.files) == 2


def resumed(made: Sending, index: FakeIndex) -> list[str]:
    """Go on with the release, see that it is whole, and return the files that were sent for that."""
    there, posts = set(index.files), len(index.posts)

    ran = made.run("upload", "--resume", *at(index)[2:])

    assert ran.code == 0, ran.err
    assert index.files == made.content
    sent = begun(index, posts)
    assert not there & set(sent), "a file that had arrived was sent again"
    assert len(sent) == len(set(sent))
    return sent


@pytest.mark.parametrize("count", [1, 4, 6])
def test_killed_when_a_file_has_begun(make: Make, count: int) -> None:
    made = make(payload_bytes=60_000)
    with FakeIndex({"*": [slow(SLOW_BYTES_PER_S, times=1)]}) as index:
        killed(made, index, lambda index: len(begun(index)) >= count, "-j", "2")

        resumed(made, index)


def test_killed_in_the_middle_of_a_body(make: Make) -> None:
    """Of a file that is larger than what the system holds between two programs."""
    made = make(wheels=3, payload_bytes=12_000_000)
    with FakeIndex({LEAD: [], "*": [slow(10_000_000, times=1)]}) as index:
        killed(made, index, lambda index: len(begun(index)) == 3)
        assert len(index.files) == 1
        assert not any(post.is_complete for post in index.posts[1:])

        assert len(resumed(made, index)) == 3


@pytest.mark.parametrize(
    ("which", "mode"),
    [(LEAD, "strict-400"), (SECOND, "strict-409"), (SECOND, "idempotent"), ("*.tar.gz", "strict-409")],
)
def test_killed_between_storing_and_answer(make: Make, which: str, mode: str) -> None:
    """The file that nobody heard of is found at the index, and not sent again, however the index takes that."""
    made = make(wheels=3)
    with FakeIndex({which: [hanging(stores=True)]}, mode=mode) as index:  # type: ignore[arg-type]  # a Mode each
        last = next(path.name for path in made.files if path.match(which))
        killed(made, index, lambda index: last in index.files)

        assert last not in resumed(made, index)


def test_killed_before_an_answer_and_the_index_lists_it_late(make: Make) -> None:
    """Pages may be old, and so the bytes go out again; an index that takes no name twice spoils nothing by that."""
    made = make(wheels=2)
    with FakeIndex({SECOND: [hanging(stores=True)]}, pages=Pages(stale=2), mode="strict-409") as index:
        killed(made, index, lambda index: made.files[1].name in index.files)

        ran = made.run("upload", "--resume", *at(index)[2:])

        assert ran.code == 0, ran.err
        assert index.files == made.content


@pytest.mark.parametrize("count", [1, 4])
def test_killed_between_two_files(make: Make, count: int) -> None:
    made = make()
    with FakeIndex(latency_s=0.02) as index:
        killed(made, index, lambda index: len(index.files) >= count, "-j", "1")

        resumed(made, index)


def test_killed_while_it_waits_for_another_try(make: Make) -> None:
    made = make(wheels=2)
    with FakeIndex({LEAD: [reset("mid-body")]}) as index:
        killed(made, index, lambda index: len(index.posts) == 1 and len(index.reads) == 2)

        assert len(resumed(made, index)) == 3


def test_killed_again_and_again(make: Make) -> None:
    """At random moments, until the release is whole: each file has arrived once."""
    made, chance = make(wheels=10), random.Random(_SEED)
    with FakeIndex({"*": [late(0.1)]}, mode="strict-409") as index:
        words: tuple[str, ...] = made.words
        for _ in range(_ROUNDS):
            posts = len(index.posts) + chance.randint(0, 3)
            process = made.start("upload", "-j", "2", *at(index), *words)
            until(lambda: len(index.posts) > posts, process)  # noqa: B023  # asked in this round alone
            process.kill()
            process.communicate()
            quiet(index)
            words = ("--resume", "demo-1.0") if made.releases.is_dir() else made.words

        assert made.run("upload", "--resume", "demo-1.0", *at(index)[2:]).code == 0
        assert index.files == made.content
        assert all(len([post for post in index.posts_of(name) if post.is_complete]) == 1 for name in index.files)


def test_a_last_line_that_is_torn_does_no_harm(make: Make) -> None:
    made = make()
    with FakeIndex({THIRD: [hanging()]}) as index:
        killed_at_the_third(made, index)
        journal = journals(made)[-1]
        with journal.open("r+b") as file:
            file.truncate(journal.stat().st_size - 7)

        resumed(made, index)


def test_without_its_journal_a_release_is_still_resumed_by_its_files(make: Make) -> None:
    made = make()
    with FakeIndex({THIRD: [hanging()]}) as index:
        killed_at_the_third(made, index)
        shutil.rmtree(made.releases)
        there, posts = set(index.files), len(index.posts)

        ran = made.run("upload", "--resume", *at(index)[2:])
        assert ran.code == 2
        assert "nothing was sent from here" in ran.err

        ran = made.run("upload", *at(index), *made.words)
        assert ran.code == 0, ran.err
        assert index.files == made.content
        assert not there & set(begun(index, posts))


def test_a_whole_release_is_not_resumed(make: Make) -> None:
    made = make(wheels=2)
    with FakeIndex() as index:
        assert made.run("upload", *at(index), *made.words).code == 0
        posts = len(index.posts)

        ran = made.run("upload", "--resume", *at(index)[2:])
        assert ran.code == 2
        assert "no release is left to be resumed" in ran.err

        assert made.run("upload", "--resume", "demo-1.0", *at(index)[2:]).code == 0, "by its name it is looked at again"
        assert len(index.posts) == posts


def test_a_wheel_that_was_built_anew_is_refused(make: Make) -> None:
    made = make()
    with FakeIndex({THIRD: [hanging()]}) as index:
        killed_at_the_third(made, index)
        rebuilt = made.files[-2]
        make_wheel(rebuilt.parent, tag=rebuilt.stem.removeprefix("demo-1.0-"), seed=1)
        posts = len(index.posts)

        ran = made.run("upload", "--resume", *at(index)[2:])

        assert ran.code == 8
        assert f"{rebuilt.name}: it was built anew since the release began" in ran.err
        assert "send the files that were built first, or release a new version" in ran.err
        assert len(index.posts) == posts


def test_a_file_that_is_gone_is_named(make: Make) -> None:
    made = make()
    with FakeIndex({THIRD: [hanging()]}) as index:
        killed_at_the_third(made, index)
        made.files[-2].unlink()

        ran = made.run("upload", "--resume", *at(index)[2:])

        assert ran.code in (2, 8)
        assert made.files[-2].name in ran.err
        assert len(index.files) == 2


def test_two_at_once_are_one_too_many(make: Make) -> None:
    """The second says who is at work, and the first does not feel it."""
    made = make(wheels=3)
    with FakeIndex({SECOND: [late(2.0)]}) as index:
        first = made.start("upload", *at(index), *made.words)
        assert until(lambda: made.files[1].name in begun(index), first)

        second = made.run("upload", *at(index), *made.words)

        assert second.code == 2
        assert "another run is sending this release" in second.err
        assert f"process {first.pid}" in second.err
        assert ended(first).code == 0
        assert index.files == made.content
        assert len(index.posts) == len(made.files)


def test_an_interruption_lets_files_arrive_that_are_under_way(make: Make) -> None:
    made = make()
    with FakeIndex({LEAD: [], "*": [late(0.7)]}) as index:
        process = made.start("upload", "-j", "2", *at(index), *made.words)
        assert until(lambda: len(index.posts) == 3, process)

        os.killpg(process.pid, signal.SIGINT)
        ran = ended(process)

        assert ran.code == 130
        assert "upload --resume" in ran.err
        assert len(index.posts) == 3
        assert len(index.files) == 3
        assert len(resumed(made, index)) == 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_other_signals_are_no_worse(make: Make, number: signal.Signals, code: int) -> None:
    made = make(wheels=3)
    with FakeIndex({LEAD: [late(0.4)]}) as index:
        process = made.start("upload", *at(index), *made.words)
        assert until(lambda: index.posts, process)

        process.send_signal(number)

        assert ended(process).code == code
        assert len(index.files) == 1
        resumed(made, index)


def test_a_second_interruption_ends_at_once(make: Make) -> None:
    """Of ten seconds' grace nothing is waited for: the index would never have answered."""
    made = make(wheels=3)
    with FakeIndex({LEAD: [hanging()]}) as index:
        process = made.start("upload", *at(index), *made.words)
        assert until(lambda: any(post.is_complete for post in index.posts), process)

        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.send_signal(signal.SIGINT)
        process.wait(8)

        assert ended(process).code == 130
        assert len(resumed(made, index)) == 4


def test_an_interruption_between_two_tries_ends_at_once(make: Make) -> None:
    made = make(wheels=2)
    with FakeIndex({LEAD: [stored_then(503), *[late(0)]]}, pages=Pages(stale=9)) as index:
        process = made.start("upload", *at(index), *made.words)
        assert until(lambda: len(index.reads) == 2, process)

        process.send_signal(signal.SIGINT)

        assert ended(process).code == 130
        assert len(index.posts) == 1


def test_one_interruption_is_enough_where_a_token_is_waited_for(make: Make) -> None:
    made = make(wheels=2)
    with FakeIndex() as index:
        process = made.start(
            "upload", "--repository-url", index.upload_url, "--token-file", "-", *made.words, stdin=subprocess.PIPE
        )
        assert until(lambda: index.reads, process)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        assert until(lambda: asleep(process), process)

        process.send_signal(signal.SIGINT)
        process.wait(8)

        assert ended(process).code == 130
        assert not index.posts


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal, which POSIX has")
def test_one_interruption_is_enough_at_the_prompt(make: Make) -> None:
    """Ctrl-C, as a terminal sends it, while the program waits for a password."""
    made = make(wheels=1, sdist=False)
    with FakeIndex() as index:
        terminal, own = os.openpty()
        process = made.start(
            "upload", "--repository-url", index.upload_url, *made.words, env={"CI": ""}, stdin=own, stderr=own
        )
        told = b""
        while b"User" not in told:
            told += os.read(terminal, 1000)
        assert until(lambda: asleep(process), process)

        process.send_signal(signal.SIGINT)
        process.wait(8)
        os.close(own)
        os.close(terminal)

        assert process.returncode == 130
        assert not index.posts


def test_the_status_tells_what_is_missing(make: Make) -> None:
    made = make()
    with FakeIndex({THIRD: [hanging()]}) as index:
        killed_at_the_third(made, index)

        ran = made.run("upload", "--status")
        assert ran.code == 0, ran.err
        assert "missing" in ran.out
        told = json.loads(made.run("upload", "--status", "--progress", "json").out)
        assert 4 <= len(told[0]["missing"]) <= 5

        resumed(made, index)
        assert "all files have arrived" in made.run("upload", "--status").out

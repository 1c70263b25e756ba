"""The order of a release: the smallest wheel alone, the others at once, the sdist when all wheels are there."""

from pathlib import PurePath

import pytest

from wheelmatrix.errors import UploadError
from wheelmatrix.model import Done, Failed
from wheelmatrix.model.release import Distribution
from wheelmatrix.plan.schedule import Schedule
from wheelmatrix.publish.order import POOL, lead_of, steps_of


def file(name: str, size_bytes: int) -> Distribution:
    return Distribution(
        path=PurePath(name), filename=name, filetype="sdist" if name.endswith(".tar.gz") else "bdist_wheel",
        name="demo", version="1", pyversion="cp312", size_bytes=size_bytes, mtime_ns=0, sha256=name, blake2b="",
        fields=(),
    )  # fmt: skip


FILES = (file("big.whl", 9), file("demo.tar.gz", 1), file("small.whl", 2), file("middle.whl", 5))


def started(schedule: Schedule) -> list[str]:
    return [step.subject for step in schedule.ready()]


def test_the_lead_goes_alone_the_wheels_from_the_largest_on_and_the_sdist_last() -> None:
    schedule = Schedule(steps_of(FILES), {POOL: 4})
    rounds = [started(schedule)]
    schedule.finished("upload:small.whl", Done(value=None))
    rounds.append(started(schedule))
    schedule.finished("upload:big.whl", Done(value=None))
    rounds.append(started(schedule))
    schedule.finished("upload:middle.whl", Done(value=None))
    rounds.append(started(schedule))

    assert rounds == [["small.whl"], ["big.whl", "middle.whl"], [], ["demo.tar.gz"]]


def test_a_wheel_that_is_refused_holds_back_the_sdist_and_no_other_wheel() -> None:
    schedule = Schedule(steps_of(FILES), {POOL: 1})
    started(schedule)
    schedule.finished("upload:small.whl", Done(value=None))
    started(schedule)
    skipped = schedule.finished("upload:big.whl", Failed(error=UploadError.of("no")))

    assert [step for step, _ in skipped] == ["upload:demo.tar.gz"]
    assert started(schedule) == ["middle.whl"]


def test_a_lead_that_is_refused_holds_back_everything() -> None:
    schedule = Schedule(steps_of(FILES), {POOL: 4})
    started(schedule)
    skipped = schedule.finished("upload:small.whl", Failed(error=UploadError.of("no")))

    assert len(skipped) == 3
    assert schedule.is_over


@pytest.mark.parametrize("files", [FILES[1:2], FILES[:1]])
def test_one_file_is_its_own_lead(files: tuple[Distribution, ...]) -> None:
    assert lead_of(files) is files[0]
    assert [step.needs for step in steps_of(files)] == [frozenset()]

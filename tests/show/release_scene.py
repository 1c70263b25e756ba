"""A recorded release, by hand: five wheels and an sdist; one 503, one file that was there, one that is refused."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from wheelmatrix.events import (
    Event,
    ReleasePlanned,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    UploadEnded,
    UploadSent,
    UploadTried,
    UploadWaiting,
    Waiting,
    Warned,
)

At = tuple[float, Event]

LEAD = "demo-1.0-cp312-cp312-win_amd64.whl"
SLOW = "demo-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
QUICK = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
THERE = "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
REFUSED = "demo-1.0-cp313-cp313t-macosx_11_0_arm64.whl"
SDIST = "demo-1.0.tar.gz"
SIZES = {LEAD: 8_200_000, SLOW: 60_000_000, QUICK: 24_400_000, THERE: 22_100_000, REFUSED: 12_345_678, SDIST: 912_345}
URL = "https://index.example/legacy/"
_REASON = "400 Invalid distribution file. ZIP contains a data descriptor"
_NEEDS = f"it needs upload:{REFUSED}"


def release() -> list[At]:
    """Return what happened, with the ticks that no journal keeps."""
    return sorted(
        [
            (
                0.0,
                RunStarted(run="9f2c", tool="0.1.0", directory="/home/user/demo", arguments=("upload",), jobs=2),
            ),
            (0.2, Waiting(what="the index")),
            (0.4, Waiting(what="")),
            (0.5, planned(SIZES, deadline="2026-12-11T09:30:00+00:00")),
            (0.5, Warned(message=f"{SDIST} has no licence file")),
            *_way(LEAD, 0.6, 3.1),
            *_slow(3.8),
            *_way(QUICK, 3.8, 6.2, state="confirmed", status=502),
            *_there(10.1),
            *_refused(10.2),
            (13.5, StepFinished(step=step_of(SDIST), state="skipped", seconds=0.0, message=_NEEDS)),
            (31.0, RunFinished(exit_code=8, seconds=31.0, advice="wheelmatrix upload --resume demo-1.0")),
        ],
        key=lambda at: at[0],
    )


def crowd(files: int) -> list[At]:
    """Return `files` files that are all on their way at once, with four ticks a second of each, for ten seconds."""
    sizes = {f"demo-1.0-cp3{number}-cp3{number}-manylinux_2_17_x86_64.whl": 100_000_000 for number in range(files)}
    events: list[At] = [
        (0.0, RunStarted(run="9f2d", tool="0.1.0", directory="/w", arguments=("upload",), jobs=files)),
        (0.1, planned(sizes)),
    ]
    for filename, size_bytes in sizes.items():
        events += begun(filename, 0.2, 1)
        events += _ticks(filename, 0.2, 10.0, int(size_bytes * 0.8))
    return sorted(events, key=lambda at: at[0])


def planned(sizes: dict[str, int], deadline: str = "") -> ReleasePlanned:
    """Return the plan of a release of these files."""
    return ReleasePlanned(
        project="demo", version="1.0", repository=URL, simple="https://index.example/simple/",
        steps=tuple(map(step_of, sizes)), files=tuple(f"dist/{filename}" for filename in sizes),
        sizes_bytes=tuple(sizes.values()), sha256=tuple(map(digest_of, sizes)), deadline=deadline,
    )  # fmt: skip


def step_of(filename: str) -> str:
    """Return the id of the step that sends a file."""
    return f"upload:{filename}"


def digest_of(filename: str) -> str:
    """Return 64 hexadecimal digits that are a file's own."""
    return sha256(filename.encode()).hexdigest()


def begun(filename: str, at_s: float, attempt: int) -> list[At]:
    """Return the beginning of a step and of an attempt."""
    start: list[At] = [(at_s, StepStarted(step=step_of(filename), expected_s=None))] if attempt == 1 else []
    return [*start, (at_s, UploadTried(step=step_of(filename), attempt=attempt))]


def ended(
    filename: str, at_s: float, state: str, *, attempts: int = 1, status: int = 200, message: str = ""
) -> Iterator[At]:
    """Yield the end of a file's way."""
    step = step_of(filename)
    yield (
        at_s,
        UploadEnded(
            step=step, state=state, attempts=attempts, status=status, message=message, sha256=digest_of(filename)
        ),
    )


def _way(filename: str, at_s: float, seconds: float, *, state: str = "stored", status: int = 200) -> Iterable[At]:
    yield from begun(filename, at_s, 1)
    yield from _ticks(filename, at_s, seconds - 0.6, SIZES[filename])
    if state == "confirmed":
        yield at_s + seconds - 0.2, UploadWaiting(step=step_of(filename), what="asking the index", seconds=0.0)
    yield from ended(filename, at_s + seconds, state, status=status)
    yield at_s + seconds, StepFinished(step=step_of(filename), state="done", seconds=seconds)


def _slow(at_s: float) -> Iterable[At]:
    step, reason = step_of(SLOW), "503 Service Unavailable; attempt 2 of 6"
    yield from begun(SLOW, at_s, 1)
    yield from _ticks(SLOW, at_s, 8.0, SIZES[SLOW])
    yield at_s + 8.4, UploadWaiting(step=step, what="asking the index", seconds=0.0)
    yield at_s + 8.6, UploadWaiting(step=step, what=reason, seconds=4.0)
    yield from begun(SLOW, at_s + 12.7, 2)
    yield from _ticks(SLOW, at_s + 12.7, 13.0, SIZES[SLOW])
    yield from ended(SLOW, at_s + 26.4, "stored", attempts=2)
    yield at_s + 26.4, StepFinished(step=step, state="done", seconds=26.4)


def _there(at_s: float) -> Iterable[At]:
    yield at_s, StepStarted(step=step_of(THERE), expected_s=None)
    yield from ended(THERE, at_s, "same", attempts=0, status=0)
    yield at_s, StepFinished(step=step_of(THERE), state="done", seconds=0.0)


def _refused(at_s: float) -> Iterable[At]:
    yield from begun(REFUSED, at_s, 1)
    yield from _ticks(REFUSED, at_s, 2.8, SIZES[REFUSED])
    yield at_s + 3.0, UploadWaiting(step=step_of(REFUSED), what="asking the index", seconds=0.0)
    yield from ended(REFUSED, at_s + 3.2, "rejected", status=400, message=_REASON)
    yield (
        at_s + 3.2,
        StepFinished(
            step=step_of(REFUSED), state="failed", seconds=3.2, message=f"rejected: {_REASON}", exit_code=8,
            hint="build the wheel anew, into a file that can be sought in",
        ),
    )  # fmt: skip


def _ticks(filename: str, at_s: float, seconds: float, sent_bytes: int) -> Iterable[At]:
    """Yield four ticks a second; the last one when all bytes are out."""
    number = int(seconds * 4)
    for tick in range(1, number + 1):
        share = tick / number
        sent = UploadSent(
            step=step_of(filename), sent_bytes=int(sent_bytes * share), total_bytes=SIZES.get(filename, 0)
        )
        yield at_s + seconds * share, sent

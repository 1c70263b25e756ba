"""The recorded runs of the screens' tests, by hand: `python -m tests.show.scenes` writes them to `runs/`."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from tests.show import matrix_scene, release_scene

from wheelmatrix.events import (
    Cloned,
    Diagnosed,
    Event,
    Retried,
    RunFinished,
    RunPlanned,
    RunStarted,
    Stamped,
    StepFinished,
    StepStarted,
    UnitFinished,
    UnitsCounted,
    UnitStarted,
    UploadSent,
    Waiting,
    Warned,
    WheelWritten,
    from_record,
    record,
)

RUNS = Path(__file__).parent / "runs"
_BEGAN = 1_790_000_000.0
_TRIPLE = "x86_64-unknown-linux-gnu"
_CRATES = (
    "autocfg v1.5.0", "libc v0.2.177", "target-lexicon v0.13.3", "memchr v2.7.6", "proc-macro2 v1.0.103",
    "unicode-ident v1.0.22", "quote v1.0.42", "aho-corasick v1.1.4", "syn v2.0.110", "serde_core v1.0.228",
    "regex-syntax v0.8.8", "regex-automata v0.4.13", "serde_derive v1.0.228", "regex v1.12.2", "serde v1.0.228",
    "serde_json v1.0.145", "pyo3-build-config v0.27.1", "pyo3-macros v0.27.1", "pyo3-ffi v0.27.1", "pyo3 v0.27.1",
)  # fmt: skip
_UNITS = 101
_TAIL = ("::error::not ours", "  ##[command]x", "\x1b[31mred\x1b[0m", "", "\x1b[")

At = tuple[float, Event]


def read(name: str) -> tuple[Stamped, ...]:
    """Return the events of `runs/NAME.jsonl`."""
    lines = (RUNS / f"{name}.jsonl").read_text().splitlines()
    return tuple(stamped for line in lines if (stamped := from_record(json.loads(line))) is not None)


def stamped(events: Iterable[At]) -> tuple[Stamped, ...]:
    """Return the events in order of time, numbered; ticks have no number."""
    numbers = count()
    return tuple(
        Stamped(
            seq=-1 if isinstance(event, UploadSent) else next(numbers), at_s=at_s, wall_s=_BEGAN + at_s, event=event
        )
        for at_s, event in sorted(events, key=lambda at: at[0])
    )  # fmt: skip


def mixed() -> tuple[Stamped, ...]:
    """Seven cells on two jobs: the first compiles everything, the others are clones, one does not compile."""
    names = ("cp39", "cp310", "cp311", "cp312", "cp313", "cp313t", "cp314")
    events: list[At] = list(_beginning(names))
    events += _compile("cp39", 0.6, 38.8, first=True) + _ship("cp39", 39.4, "glibc 2.34")
    starts = (39.6, 39.7, 46.4, 47.4, 55.1, 56.0)
    for name, start_s in zip(names[1:], starts, strict=True):
        events += _clone(name, start_s)
        if name == "cp312":
            events += _broken(name, start_s + 0.3, 5.2)
            continue
        events += _compile(name, start_s + 0.3, 7.5, first=False)
        events += _ship(name, start_s + 7.8, "glibc 2.34")
    events.append(
        (64.6, RunFinished(exit_code=5, seconds=64.6, advice="fix it, then: wheelmatrix build --resume 7f3a"))
    )
    return stamped(events)


def abi3() -> tuple[Stamped, ...]:
    """One stable wheel for five cells, everything fresh, cells left out, a wait for another run."""
    wheel = "abi3-cp39-linux_x86_64"
    cells = tuple(f"{name}-linux_x86_64" for name in ("cp39", "cp310", "cp311", "cp312", "cp313"))
    left = tuple(f"{name}-linux_x86_64: below the abi3 minimum of the crate, 3.9" for name in ("cp37", "cp38"))
    steps = ("compile:5e9c0d12", "audit:5e9c0d12", f"pack:{wheel}")
    compile_, audit, pack = steps
    return stamped(
        [
            (0.0, RunStarted(run="9c1e", tool="0.1.0", directory="/s/stable", arguments=("build", "-a"), jobs=2)),
            (0.1, Waiting(what="another build of this project (pid 4242, since 12:00)")),
            (2.1, Waiting(what="")),
            (2.2, RunPlanned(project="stable", version="2.0.0", cells=cells, targets=(_TRIPLE,) * 5, steps=steps,
                             titles=(wheel,) * 3, wheels=(wheel,), left=left)),
            (2.3, StepStarted(step=compile_, expected_s=0.2)),
            *((2.3 + 0.001 * n, UnitFinished(step=compile_, unit=unit, fresh=True)) for n, unit in enumerate(_CRATES)),
            (2.5, StepFinished(step=compile_, state="done", seconds=0.2)),
            (2.5, StepStarted(step=audit, expected_s=None)),
            (2.6, StepFinished(step=audit, state="done", seconds=0.1)),
            (2.6, StepStarted(step=pack, expected_s=None)),
            (2.7, WheelWritten(wheel=wheel, path="/s/stable/dist/stable-2.0.0.whl", size_bytes=412_345,
                               filename="stable-2.0.0-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
                               sha256="ab" * 32, cells=cells, floor="glibc 2.17", floor_reason="", unchanged=True,
                               platform_tag="manylinux2014_x86_64.manylinux_2_17_x86_64")),
            (2.7, StepFinished(step=pack, state="done", seconds=0.1)),
            (2.8, RunFinished(exit_code=0, seconds=2.8, advice="next: wheelmatrix audit dist/*.whl")),
        ]
    )  # fmt: skip


def crashed() -> tuple[Stamped, ...]:
    """The mixed run, killed in the middle: its journal ends without a word."""
    return tuple(each for each in mixed() if each.at_s < 51.0)


def hostile() -> tuple[Stamped, ...]:
    """Names and messages that try to command the terminal or the CI, and characters that break columns."""
    title = "cp312-\x1b[2Jlinux\x07_x86_64"
    step = "compile:deadbeef"
    said = "\x1b]0;owned\x07error: 100% wrong,\r\nsee: here"
    return stamped(
        [
            (0.0, RunStarted(run="e\x1b[31mvil", tool="0.1.0", directory="/w", arguments=("build",), jobs=1)),
            (0.1, RunPlanned(project="naïve-模块", version="1.0", cells=("cp312-linux_x86_64",), targets=(_TRIPLE,),
                             steps=(step, "audit:deadbeef", "pack:x"), titles=(title, title, title), wheels=("x",),
                             left=("cp38-a: \u202egnihton",))),
            (0.2, Warned(message="a\tb\x00c\ud800 \x9b31m ##[error]x")),
            (0.3, StepStarted(step=step, expected_s=3.0)),
            (0.4, UnitsCounted(step=step, total=3)),
            (0.5, UnitStarted(step=step, unit="模块模块模块 v1.0")),
            (0.6, Retried(step=step, because="killed\nby signal 9")),
            (0.7, Diagnosed(step=step, level="error", message=said, file="src/a,b:c.rs", line=7)),
            (0.8, StepFinished(step=step, state="failed", seconds=0.5, message=said, hint="\x1b[1mdo\x1b[0m it",
                               exit_code=5, log="/w/a b/é.log", tail=_TAIL)),
            (0.8, StepFinished(step="audit:deadbeef", state="skipped", seconds=0.0, message=f"{title} failed")),
            (0.8, StepFinished(step="pack:x", state="skipped", seconds=0.0, message=f"{title} failed")),
            (0.9, RunFinished(exit_code=5, seconds=0.9, advice="again\x07")),
        ]
    )  # fmt: skip


def matrix() -> tuple[Stamped, ...]:
    """Sixteen cells of four targets on four jobs; see `matrix_scene`."""
    return stamped(matrix_scene.matrix())


def release() -> tuple[Stamped, ...]:
    """Six files that are sent to an index, as a journal has it: without ticks; see `release_scene`."""
    return tuple(each for each in sent() if each.seq >= 0)


def sent() -> tuple[Stamped, ...]:
    """The same as a screen sees it, ticks and all."""
    return stamped(release_scene.release())


def crowd(cells: int) -> tuple[Stamped, ...]:
    """`cells` cells that all compile at once, each of a hundred units; nothing is over."""
    names = tuple(f"cp3{number}" for number in range(cells))
    events: list[At] = list(_beginning(names))
    for number, name in enumerate(names):
        events += [at for at in _compile(name, 0.6 + number * 0.01, 40.0, first=True) if at[0] < 40.0]
    return stamped(events)


def _beginning(names: tuple[str, ...]) -> Iterator[At]:
    cells = tuple(f"{name}-linux_x86_64" for name in names)
    steps = tuple(f"{kind}:{_id(name, kind)}" for kind in ("compile", "audit", "pack") for name in names)
    left = ("cp38-linux_x86_64: requires-python is >=3.9", "pp311_pp80-linux_x86_64: pypy is not enabled")
    arguments = ("build", "--all-interpreters")
    yield 0.0, RunStarted(run="7f3a", tool="0.1.0", directory="/home/user/demo", arguments=arguments, jobs=2)
    yield 0.4, RunPlanned(
        project="demo", version="0.1.0", cells=cells, targets=(_TRIPLE,) * len(cells), steps=steps, titles=cells * 3,
        wheels=cells, left=left,
    )  # fmt: skip
    yield 0.5, Warned(message="tool.maturin.strp is not known: did you mean strip?")


def _compile(name: str, start_s: float, seconds: float, *, first: bool) -> list[At]:
    """A compile of 101 units: the last tenth of them takes a third of the time, as measured."""
    step = f"compile:{_id(name, 'compile')}"
    fresh = 0 if first else 96
    busy = _UNITS - fresh
    events: list[At] = [(start_s, StepStarted(step=step, expected_s=41.0 if first else 7.9))]
    events += [(start_s + 0.05, UnitFinished(step=step, unit=f"unit-{n} v1.0.0", fresh=True)) for n in range(fresh)]
    events.append((start_s + 0.3, UnitsCounted(step=step, total=_UNITS)))
    for number in range(busy):
        unit = _CRATES[-busy:][number % len(_CRATES)] if busy <= len(_CRATES) else _CRATES[number * 20 // busy]
        began = start_s + 0.3 + (seconds - 0.6) * (number / busy) ** 1.6
        ended = start_s + 0.3 + (seconds - 0.6) * ((number + 3) / (busy + 1)) ** 1.6
        events.append((began, UnitStarted(step=step, unit=unit)))
        events.append((min(ended, start_s + seconds - 0.05), UnitFinished(step=step, unit=unit, fresh=False)))
    return [*events, (start_s + seconds, StepFinished(step=step, state="done", seconds=seconds))]


def _clone(name: str, start_s: float) -> list[At]:
    step = f"compile:{_id(name, 'compile')}"
    return [(start_s + 0.35, Cloned(step=step, source="cp39-linux_x86_64", seconds=0.3))]


def _ship(name: str, start_s: float, floor: str) -> list[At]:
    cell = f"{name}-linux_x86_64"
    audit, pack = f"audit:{_id(name, 'audit')}", f"pack:{cell}"
    tag = "manylinux_2_34_x86_64"
    filename = f"demo-0.1.0-{name.removesuffix('t')}-{name}-{tag}.whl"
    digest = _id(name, "wheel") * 8
    return [
        (start_s, StepStarted(step=audit, expected_s=0.2)),
        (start_s + 0.2, StepFinished(step=audit, state="done", seconds=0.2)),
        (start_s + 0.2, StepStarted(step=pack, expected_s=0.1)),
        (start_s + 0.3, WheelWritten(wheel=cell, path=f"/home/user/demo/dist/{filename}", filename=filename,
                                     size_bytes=1_204_518, sha256=digest, cells=(cell,), platform_tag=tag, floor=floor,
                                     floor_reason="GLIBC_2.34: pthread_create", unchanged=False)),
        (start_s + 0.3, StepFinished(step=pack, state="done", seconds=0.1)),
    ]  # fmt: skip


def _broken(name: str, start_s: float, seconds: float) -> list[At]:
    cell, step = f"{name}-linux_x86_64", f"compile:{_id(name, 'compile')}"
    tail = (
        "   Compiling demo v0.1.0 (/home/user/demo)",
        "error[E0425]: cannot find value `foo` in this scope",
        "  --> src/lib.rs:41:9",
        "   |",
        "41 |         foo + 1",
        "   |         ^^^ not found in this scope",
        "",
        "error: could not compile `demo` (lib) due to 1 previous error",
    )
    log = "/home/user/demo/target/wheelmatrix/runs/7f3a/compile-cp312.log"
    message = "error[E0425]: cannot find value `foo` in this scope (src/lib.rs:41)"
    end = start_s + seconds
    failed = StepFinished(step=step, state="failed", seconds=seconds, message=message, exit_code=5, tail=tail, log=log)
    events = [at for at in _compile(name, start_s, 7.5, first=False) if at[0] < end]
    said = Diagnosed(
        step=step, level="error", message="cannot find value `foo` in this scope", file="src/lib.rs", line=41
    )
    skipped = StepFinished(step="", state="skipped", seconds=0.0, message=f"{cell} did not compile")
    return [
        *events,
        (end - 0.1, said),
        (end, failed),
        (end, replace(skipped, step=f"audit:{_id(name, 'audit')}")),
        (end, replace(skipped, step=f"pack:{cell}")),
    ]


def _id(name: str, kind: str) -> str:
    if kind == "pack":
        return f"{name}-linux_x86_64"
    return f"{int.from_bytes(name.encode()) * 2654435761 % 2**32:08x}"


if __name__ == "__main__":
    for make in (mixed, abi3, crashed, hostile, matrix, release):
        text = "".join(json.dumps(record(each)) + "\n" for each in make())
        (RUNS / f"{make.__name__}.jsonl").write_text(text)

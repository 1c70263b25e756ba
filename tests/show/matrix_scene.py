"""The recorded run of many targets, by hand: four targets, sixteen cells, one failure, slices that are merged."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from wheelmatrix.events import (
    Event,
    RunFinished,
    RunPlanned,
    RunStarted,
    StepFinished,
    StepStarted,
    UnitFinished,
    UnitsCounted,
    UnitStarted,
    WheelWritten,
)

At = tuple[float, Event]
PYTHONS = ("cp311", "cp312", "cp313", "cp314")
GNU_X86, GNU_ARM = "x86_64-unknown-linux-gnu.2.17", "aarch64-unknown-linux-gnu.2.17"
APPLE, WINDOWS = "universal2-apple-darwin", "x86_64-pc-windows-gnu"
PLATFORMS = {
    GNU_X86: "manylinux_2_17_x86_64",
    GNU_ARM: "manylinux_2_17_aarch64",
    APPLE: "macosx_universal2",
    WINDOWS: "win_amd64",
}
"""What ids say, by target."""
SLICES = {"x86_64-apple-darwin": "macosx_x86_64", "aarch64-apple-darwin": "macosx_arm64"}
_FLOORS = {GNU_X86: "glibc 2.17", GNU_ARM: "glibc 2.17", APPLE: "macOS 11.0", WINDOWS: ""}
_TAGS = {**PLATFORMS, APPLE: "macosx_11_0_universal2"}
_FAILS = f"cp313-{PLATFORMS[GNU_ARM]}"
_UNITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    id: str
    title: str
    target: str
    seconds: float
    needs: tuple[str, ...] = ()


@dataclass(slots=True)
class _Plan:
    steps: list[_Step] = field(default_factory=list)
    builds: dict[str, str] = field(default_factory=dict)
    """Wheel id to the titles of its builds."""

    def add(self, kind: str, title: str, target: str, seconds: float, *needs: str) -> str:
        step = f"{kind}:{title if kind in ('pack', 'merge', 'link', 'verify') else _digits(title)}"
        self.steps.append(_Step(id=step, title=title, target=target, seconds=seconds, needs=needs))
        return step


def planned() -> RunPlanned:
    """Return the plan alone: compiles that others are clones of come first, as the real plan has it."""
    made = _plan()
    cells = tuple((f"{python}-{platform}", target) for target, platform in PLATFORMS.items() for python in PYTHONS)
    return RunPlanned(
        project="demo",
        version="0.1.0",
        cells=tuple(cell for cell, _ in cells),
        targets=tuple(target for _, target in cells),
        steps=tuple(step.id for step in made.steps),
        titles=tuple(step.title for step in made.steps),
        wheels=tuple(made.builds),
        left=(),
        step_targets=tuple(step.target for step in made.steps),
        builds=tuple(made.builds.values()),
        linkers=tuple("native" if target == WINDOWS else "zig" for _, target in cells),
    )


def matrix() -> list[At]:
    """Return the whole run on four jobs, in no order: it is sorted by time afterwards."""
    events: list[At] = [
        (0.0, RunStarted(run="3b5d", tool="0.2.0", directory="/home/user/demo", arguments=("build", "-a"), jobs=4)),
        (0.3, planned()),
    ]
    ended: dict[str, float] = {}
    free = [0.4] * 4
    lost: set[str] = set()
    for step in _plan().steps:
        if missing := next((each for each in step.needs if each in lost), None):
            lost.add(step.id)
            at_s = max(ended[each] for each in step.needs)
            ended[step.id] = at_s
            events.append((at_s, StepFinished(step=step.id, state="skipped", seconds=0, message=f"it needs {missing}")))
            continue
        start_s = max((ended[each] for each in step.needs), default=0.4)
        if step.id.startswith(("compile:", "link:")):
            lane = min(range(4), key=free.__getitem__)
            start_s = max(start_s, free[lane])
            free[lane] = start_s + step.seconds
        ended[step.id] = end_s = round(start_s + step.seconds, 3)
        events += _done(step, start_s, end_s)
        if step.id.startswith("compile:") and step.title == _FAILS:
            lost.add(step.id)
    events.append((max(ended.values()) + 0.1, RunFinished(exit_code=5, seconds=max(ended.values()), advice="fix it")))
    return events


def _plan() -> _Plan:
    made = _Plan()
    prepare = made.add("prepare", "prepare", "", 1.0)
    for target in (GNU_X86, GNU_ARM, *SLICES):
        made.add("link", target, APPLE if target in SLICES else target, 3.0, prepare)
    platforms = {**PLATFORMS, **SLICES}
    own = [(target, platform) for target, platform in platforms.items() if target != APPLE]
    linked = {step.title for step in made.steps}
    for is_first in (True, False):
        for target, platform in own:
            for python in PYTHONS:
                if (python == PYTHONS[0]) is is_first:
                    needs = (prepare, *([f"link:{target}"] if target in linked else []))
                    asked = APPLE if target in SLICES else target
                    made.add("compile", f"{python}-{platform}", asked, 12.0 if is_first else 4.0, *needs)
    for compile_ in [step for step in made.steps if step.id.startswith("compile:")]:
        made.add("audit", compile_.title, compile_.target, 0.2, compile_.id)
    for target, platform in PLATFORMS.items():
        for python in PYTHONS:
            _to_wheel(made, target, platform, python)
    return made


def _to_wheel(made: _Plan, target: str, platform: str, python: str) -> None:
    wheel = f"{python}-{platform}"
    builds = [f"{python}-{each}" for each in (SLICES.values() if target == APPLE else (platform,))]
    made.builds[wheel] = " ".join(builds)
    needs = [f"audit:{_digits(build)}" for build in builds]
    if target == APPLE:
        merge = made.add("merge", wheel, target, 0.1, *needs)
        needs = [made.add("audit", wheel, target, 0.1, merge)]
    pack = made.add("pack", wheel, target, 0.1, *needs)
    made.add("verify", wheel, target, 0.9, pack)


def _done(step: _Step, start_s: float, end_s: float) -> Iterator[At]:
    kind = step.id.partition(":")[0]
    yield start_s, StepStarted(step=step.id, expected_s=step.seconds if kind in ("compile", "link") else None)
    if kind == "compile":
        yield start_s + 0.1, UnitsCounted(step=step.id, total=_UNITS)
        for number in range(_UNITS):
            at_s = start_s + 0.1 + (end_s - start_s - 0.2) * number / _UNITS
            yield at_s, UnitStarted(step=step.id, unit=f"unit-{number} v1.0.0")
            yield at_s + 0.1, UnitFinished(step=step.id, unit=f"unit-{number} v1.0.0", fresh=False)
    if kind == "pack":
        yield end_s, _written(step)
    if kind == "compile" and step.title == _FAILS:
        said = "error[E0425]: cannot find value `foo` in this scope (src/lib.rs:41)"
        yield end_s, StepFinished(step=step.id, state="failed", seconds=step.seconds, message=said, exit_code=5)
    else:
        yield end_s, StepFinished(step=step.id, state="done", seconds=step.seconds)


def _written(step: _Step) -> WheelWritten:
    python = step.title.partition("-")[0]
    filename = f"demo-0.1.0-{python}-{python}-{_TAGS[step.target]}.whl"
    return WheelWritten(
        wheel=step.title,
        path=f"/home/user/demo/dist/{filename}",
        filename=filename,
        size_bytes=1_204_518,
        sha256=_digits(step.title) * 8,
        cells=(step.title,),
        platform_tag=_TAGS[step.target],
        floor=_FLOORS[step.target],
        floor_reason="",
        unchanged=False,
    )


def _digits(title: str) -> str:
    return sha256(title.encode()).hexdigest()[:8]

"""In which order a release is sent: one wheel alone, the others at once, the sdist last.

    lead ──┬── wheel ──┬── sdist
           ├── wheel ──┤
           └── wheel ──┘

The lead creates project and release, carries the page's metadata and proves the permission. The sdist waits for every
wheel, for with it alone installers would build from source; where a wheel is refused, it is held back.
Source: PEP 694's rationale, "Upload order"; pypa/twine#106, astral-sh/uv#19831.
"""

from collections.abc import Sequence

from wheelmatrix.model import Step
from wheelmatrix.model.release import Distribution

POOL = "uploads"


def lead_of(files: Sequence[Distribution]) -> Distribution:
    """Return the file that goes first: the smallest wheel, or the sdist if there is no wheel."""
    return min(files, key=lambda each: (each.filetype == "sdist", each.size_bytes, each.filename))


def steps_of(files: Sequence[Distribution]) -> tuple[Step, ...]:
    """Return a step for each file, in the order of starting: the lead, the wheels from the largest on, sdists."""
    lead = lead_of(files)
    wheels = sorted(
        (each for each in files if each.filetype == "bdist_wheel" and each is not lead),
        key=lambda each: (-each.size_bytes, each.filename),
    )
    sdists = [each for each in files if each.filetype == "sdist" and each is not lead]
    first = _step(lead, frozenset())
    fan = [_step(each, frozenset({first.id}), frozenset({POOL})) for each in wheels]
    every = frozenset({first.id, *(each.id for each in fan)})
    return (first, *fan, *(_step(each, every) for each in sdists))


def _step(file: Distribution, needs: frozenset[str], holds: frozenset[str] = frozenset()) -> Step:
    return Step(id=f"upload:{file.filename}", kind="upload", subject=file.filename, needs=needs, holds=holds)

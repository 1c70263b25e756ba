"""What verification needs and says: Pythons that can run wheels, checks, and the verdict on one wheel."""

from typing import Literal

from wheelmatrix.model.gathered import Installed
from wheelmatrix.model.plan import Command
from wheelmatrix.values import dataclass

Tier = Literal["static", "loader", "import", "test"]
TIERS: tuple[Tier, ...] = ("static", "loader", "import", "test")
"""From the least that is proved to the most."""

State = Literal["passed", "failed", "unreachable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A Python that can be started here, be it of this machine or of another, under an emulator."""

    label: str
    """What messages call it: a path, or the pattern that it was configured for."""
    command: Command
    """Starts it; arguments are put behind."""
    installed: Installed
    """What it said of itself."""
    is_native: bool
    """True: a Python of this machine, which can make virtual environments."""
    is_windows: bool = False
    """True: it runs under wine, and names of files have to be put as Windows has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """What is missing for a tier, and how to get it."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was tried with a wheel."""

    tier: Tier
    state: State
    python: str = ""
    """Label of the Python that did it; empty where none is needed."""
    message: str = ""
    """Why it failed or could not be tried; what to know if it passed; may have several lines."""
    hint: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What verification came to for one wheel; true if nothing failed."""

    filename: str
    checks: tuple[Check, ...]
    """In the order of the tiers."""

    def __bool__(self) -> bool:
        return not self.failures

    @property
    def tier(self) -> Tier | None:
        """The highest tier that it passed; None if it passed none, or failed anywhere."""
        passed = [check.tier for check in self.checks if check.state == "passed"]
        return max(passed, key=TIERS.index, default=None) if self else None

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.state == "failed")

    @property
    def lacking(self) -> tuple[Check, ...]:
        """The checks that could not be tried, of tiers above the one that was reached."""
        reached = -1 if self.tier is None else TIERS.index(self.tier)
        return tuple(
            check for check in self.checks if check.state == "unreachable" and TIERS.index(check.tier) > reached
        )

    @property
    def pythons(self) -> tuple[str, ...]:
        """The Pythons that it was imported in or tested with, each once, in their order."""
        tried = (check.python for check in self.checks if check.state == "passed" and check.python)
        return tuple(dict.fromkeys(tried))

    @property
    def seconds(self) -> float:
        """Time that all checks took together."""
        return sum(check.seconds for check in self.checks)

"""What the checks of a wheel come to: whether it may leave, and what is said of it."""

from collections.abc import Iterator

from wheelmatrix.audit import WheelReport
from wheelmatrix.audit.loader import Simulation
from wheelmatrix.errors import Issue
from wheelmatrix.model.verified import TIERS, Check, Tier, Verdict


def audited(report: WheelReport) -> Check:
    """Return what the audit of a wheel comes to."""
    faults = [*report.problems, *(f"{one.name}: {text}" for one in report.reports for text in one.problems)]
    return Check(tier="static", state="failed" if faults else "passed", message="\n".join(faults))


def simulated(simulation: Simulation) -> Check:
    """Return what the simulation of the loader comes to; libraries that no loader was simulated for are named."""
    if simulation.problems:
        return Check(tier="loader", state="failed", message="\n".join(simulation.problems))
    if simulation.unread:
        return Check(
            tier="loader",
            state="unreachable",
            message=f"no loader is simulated for {', '.join(simulation.unread)}",
            hint="an import in a real Python proves more",
        )
    return Check(tier="loader", state="passed")


def demanded(level: str) -> Tier | None:
    """Return the lowest tier that will do, as the option names it; None: verification is off."""
    return next((tier for tier in TIERS if tier == level), None)


def issues(verdict: Verdict, lowest: Tier) -> tuple[Issue, ...]:
    """Return why a wheel must not be shipped: what failed, or was demanded and could not be tried; may be empty."""
    if verdict.failures:
        return tuple(
            Issue(message=_named(check), where=verdict.filename, hint=check.hint) for check in verdict.failures
        )
    head = too_low(verdict, lowest)
    if not head:
        return ()
    lacking = [check for check in verdict.lacking if TIERS.index(check.tier) <= TIERS.index(lowest)]
    return tuple(
        Issue(message=f"{head}: {_named(check)}", where=verdict.filename, hint=check.hint) for check in lacking
    ) or (Issue(message=head, where=verdict.filename),)


def too_low(verdict: Verdict, lowest: Tier) -> str:
    """Return that a wheel in which nothing failed did not reach the tier that was asked for; empty if it did."""
    reached = -1 if verdict.tier is None else TIERS.index(verdict.tier)
    if not verdict or reached >= TIERS.index(lowest):
        return ""
    return f"the tier {lowest} was asked for, and {verdict.tier or 'none'} was reached"


def notes(verdict: Verdict) -> Iterator[str]:
    """Yield one line for each tier above the one reached, with what is missing; hints stand behind it."""
    for check in verdict.lacking:
        yield _named(check) + (f" ({check.hint})" if check.hint else "")


def _named(check: Check) -> str:
    where = f" in {check.python}" if check.python else ""
    return f"{check.tier}{where}: {check.message}"

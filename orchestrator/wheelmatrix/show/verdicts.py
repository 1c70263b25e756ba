"""Verdicts on wheels as text for people and as JSON for programs."""

from collections.abc import Iterable, Iterator, Sequence

from wheelmatrix.errors import Issue
from wheelmatrix.model import TIERS, Check, Verdict
from wheelmatrix.show.words import clean, seconds

SCHEMA = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""
_WORDS = {"passed": "ok", "failed": "FAILED", "unreachable": "not tried"}


def text(verdict: Verdict, faults: Sequence[Issue]) -> str:
    """Return a verdict in plain lines, no newline at the end; `faults`: why the wheel is refused, may be empty."""
    return "\n".join(map(clean, _lines(verdict, faults)))


def as_json(verdict: Verdict, faults: Sequence[Issue]) -> dict[str, object]:
    """Return a verdict as values that JSON has."""
    return {
        "schema": SCHEMA,
        "wheel": verdict.filename,
        "ok": not faults,
        "tier": verdict.tier,
        "checks": [
            {
                "tier": check.tier,
                "state": check.state,
                "python": check.python,
                "message": check.message,
                "hint": check.hint,
                "seconds": round(check.seconds, 3),
            }
            for check in verdict.checks
        ],
        "faults": [each.message for each in faults],
    }


def _lines(verdict: Verdict, faults: Sequence[Issue]) -> Iterator[str]:
    reached = f"tier {TIERS.index(verdict.tier) + 1} of {len(TIERS)}, {verdict.tier}" if verdict.tier else "no tier"
    yield f"{verdict.filename}: {'must not be shipped' if faults else f'ok, {reached}'}"
    for check in verdict.checks:
        yield from _check(check)
    if verdict:
        yield from (f"  {each.message.splitlines()[0]}" for each in faults)


def _check(check: Check) -> Iterator[str]:
    first, *others = check.message.splitlines() or [""]
    parts: Iterable[str] = filter(None, (check.python, f"({seconds(check.seconds)})" * bool(check.seconds), first))
    yield f"  {check.tier:7} {_WORDS[check.state]:9} {' '.join(parts)}".rstrip()
    yield from (f"            {line}" for line in others)
    if check.hint:
        yield f"            hint: {check.hint}"

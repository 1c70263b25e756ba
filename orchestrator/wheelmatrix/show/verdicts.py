"""Verdicts on wheels as text for people and as JSON for programs."""

from collections.abc import Iterable, Iterator

from wheelmatrix.model.verified import TIERS, Check, Tier, Verdict
from wheelmatrix.show.words import clean, seconds
from wheelmatrix.verify.verdict import issues, too_low

SCHEMA = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""
_WORDS = {"passed": "ok", "failed": "FAILED", "unreachable": "not tried"}


def text(verdict: Verdict, lowest: Tier) -> str:
    """Return a verdict in plain lines, no newline at the end; `lowest`: the tier that the wheel has to reach."""
    return "\n".join(map(clean, _lines(verdict, lowest)))


def as_json(verdict: Verdict, lowest: Tier) -> dict[str, object]:
    """Return a verdict as values that JSON has."""
    faults = issues(verdict, lowest)
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


def _lines(verdict: Verdict, lowest: Tier) -> Iterator[str]:
    reached = f"tier {TIERS.index(verdict.tier) + 1} of {len(TIERS)}, {verdict.tier}" if verdict.tier else "no tier"
    short = too_low(verdict, lowest)
    refused = f"must not be shipped{f': {short}' if short else ''}"
    yield f"{verdict.filename}: {refused if short or not verdict else f'ok, {reached}'}"
    for check in verdict.checks:
        yield from _check(check)


def _check(check: Check) -> Iterator[str]:
    first, *others = check.message.splitlines() or [""]
    parts: Iterable[str] = filter(None, (check.python, f"({seconds(check.seconds)})" * bool(check.seconds), first))
    yield f"  {check.tier:7} {_WORDS[check.state]:9} {' '.join(parts)}".rstrip()
    yield from (f"            {line}" for line in others)
    if check.hint:
        yield f"            hint: {check.hint}"

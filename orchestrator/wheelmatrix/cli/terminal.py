"""What the program knows of its terminal."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise


def color_of(arguments: Sequence[str]) -> str:
    """Return the value of `--color`, also from a command line that is wrong elsewhere; `auto` if there is none."""
    before = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    for word, following in pairwise((*before, "")):
        if word == "--color":
            return following
        if word.startswith("--color="):
            return word.partition("=")[2]
    return "auto"


def colored(environment: Mapping[str, str], color: str) -> dict[str, str]:
    """Return the variables that say to screens what `--color` said; they go to no child."""
    said = {name: value for name, value in environment.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    match color:
        case "always":
            return {**said, "FORCE_COLOR": "1"}
        case "never":
            return {**said, "NO_COLOR": "1"}
        case _:
            return dict(environment)


def as_json(value: object) -> str:
    """Return indented JSON; paths are written as text."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)

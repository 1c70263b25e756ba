"""Which files patterns name: `include` by globs, `exclude` and ignore files by git's rules."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import PurePath

IGNORE_FILES = (".gitignore", ".ignore")


def matches_glob(glob: str, path: str) -> bool:
    """Return whether a glob matches a relative path whole: `*` stays in a directory, `**` does not."""
    return _regex(glob, is_rich=False).fullmatch(path) is not None


def fixed_prefix(glob: str) -> str:
    """Return the directories at the beginning of a glob that hold no wildcard; may be empty."""
    fixed = []
    for part in glob.split("/")[:-1]:
        if any(letter in part for letter in "*?["):
            break
        fixed.append(part)
    return "/".join(fixed)


def excluded(patterns: Iterable[str], path: str) -> bool:
    """Return whether gitignore-like patterns name a file, by its path relative to the project; the last match counts.

    As with maturin, the file itself has to match: a pattern that names only a directory (`tests`, `tests/`) leaves
    out none of its files, `tests/**` does.
    """
    verdict = False
    for pattern in patterns:
        takes_back = pattern.startswith("!")
        glob = pattern.rstrip(" ").removeprefix("!")
        if glob and not glob.startswith("#") and not glob.endswith("/") and _names(glob, path):
            verdict = not takes_back
    return verdict


def _names(glob: str, path: str) -> bool:
    """A slash at the front or inside ties a pattern to the root; without one it names files in any directory."""
    tied = glob.removeprefix("/") if "/" in glob else f"**/{glob}"
    return _regex(tied, is_rich=True).fullmatch(path) is not None


class Ignored:
    """What the ignore files of a checkout leave out; without any, nothing."""

    def __init__(self, texts: Mapping[PurePath, str]) -> None:
        found = [path for path in texts if path.name in IGNORE_FILES]
        if found:  # seldom outside of a checkout, where every hook would load it
            from pathspec import GitIgnoreSpec
        self._specs = [
            (path.parent, GitIgnoreSpec.from_lines(texts[path].splitlines()))
            for path in sorted(found, key=lambda each: len(each.parts))
        ]

    def __contains__(self, path: PurePath) -> bool:
        """Return whether the last ignore file that speaks of a path, from the outermost inwards, leaves it out."""
        verdict = False
        for folder, spec in self._specs:
            if path.is_relative_to(folder):
                said = spec.check_file(path.relative_to(folder).as_posix()).include
                verdict = verdict if said is None else said
        return verdict


@cache
def _regex(glob: str, *, is_rich: bool) -> re.Pattern[str]:
    """Translate a glob; in a rich one `{a,b}` are alternatives, and a backslash takes a letter its meaning.

    Source: the Rust crates `glob` (maturin's include) and, rich, `globset` (exclude).
    """
    out, rest = "", glob
    while rest:
        if rest.startswith("**/"):
            out, rest = out + "(?:[^/]+/)*", rest[3:]
        elif rest == "**":
            out, rest = out + ".*", ""
        elif rest[0] == "*":
            out, rest = out + "[^/]*", rest[1:]
        elif rest[0] == "?":
            out, rest = out + "[^/]", rest[1:]
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            inside = rest[1:end].replace("\\", "\\\\").replace("[", "\\[")
            out, rest = out + f"[{'^' + inside[1:] if inside[0] == '!' else inside}]", rest[end + 1 :]
        elif is_rich and rest[0] == "\\" and len(rest) > 1:
            out, rest = out + re.escape(rest[1]), rest[2:]
        elif is_rich and rest[0] == "{" and "}" in rest:
            choices, rest = rest[1:].split("}", 1)
            ways = (_regex(choice, is_rich=True).pattern for choice in choices.split(","))
            out += f"(?:{'|'.join(ways)})"
        else:
            out, rest = out + re.escape(rest[0]), rest[1:]
    return re.compile(out, re.DOTALL)

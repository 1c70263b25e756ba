"""entry_points.txt: scripts and plugins. Source: "Entry points specification"; PEP 621."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wheelmatrix.errors import ConfigError, Issue

_SCRIPTS = {"scripts": "console_scripts", "gui-scripts": "gui_scripts"}
"""Key of [project] to group."""
_SCRIPT = re.compile(r"[\w.-]+")
_OBJECT = re.compile(
    r"\s*[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*\s*(?::\s*[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*\s*)?(?:\[[^\]]*\])?\s*"
)
"""`package.module:object.attribute [extra]`."""


def entry_points(project: Mapping[str, Any], where: str) -> bytes:
    """Return entry_points.txt, whole; empty if there is none.

    `project` is the [project] table, its types checked. Raises ConfigError for a name or object that no installer
    takes, and for a group that has a key of its own.
    """
    issues: list[Issue] = []
    groups: dict[str, Mapping[str, str]] = {}
    for key, group in _SCRIPTS.items():
        groups[group] = project.get(key, {})
        issues += _bad_names(groups[group], f"{where}: project.{key}")
    for group, entries in project.get("entry-points", {}).items():
        if group in groups:
            own = next(key for key, each in _SCRIPTS.items() if each == group)
            hint = f"move them to [project.{own}]"
            issues.append(Issue(message=f"{group} is no group of entry-points", where=where, hint=hint))
        groups[group] = entries
    issues += _bad_objects(groups, where)
    if issues:
        raise ConfigError(*issues)
    blocks = (
        f"[{group}]\n" + "".join(f"{name}={value.strip()}\n" for name, value in entries.items())
        for group, entries in groups.items()
        if entries
    )
    return "\n".join(blocks).encode()


def check_scripts(programs: Iterable[str], project: Mapping[str, Any], where: str) -> None:
    """Raise ConfigError where a script has the name of a program that is shipped: one would replace the other."""
    taken = {name: key for key in _SCRIPTS for name in project.get(key, {})}
    issues = [
        Issue(message=f"project.{taken[name]} has {name}, and so is a program of the crate called", where=where,
              hint="rename one of the two, or leave the program out with artifacts")
        for name in programs
        if name in taken
    ]  # fmt: skip
    if issues:
        raise ConfigError(*issues)


def _bad_names(entries: Mapping[str, str], where: str) -> Iterator[Issue]:
    for name in entries:
        if not _SCRIPT.fullmatch(name):
            yield Issue(message=f"{name!r} cannot be the name of a script", where=where, hint="letters, digits, `._-`")


def _bad_objects(groups: Mapping[str, Mapping[str, str]], where: str) -> Iterator[Issue]:
    for group, entries in groups.items():
        for name, value in entries.items():
            if "\n" in name or "=" in name or name.strip() != name or not name or name.startswith("["):
                yield Issue(message=f"{name!r} cannot be an entry point of {group}", where=where)
            if not _OBJECT.fullmatch(value):
                message = f"{group}: {name} is {value!r}, which names no object"
                yield Issue(message=message, where=where, hint="package.module:function")

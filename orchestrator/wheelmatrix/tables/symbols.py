"""Read `matrix/symbols/*.json`: what libraries without symbol versions offer."""

import json
from collections.abc import Mapping

from wheelmatrix.errors import Issue
from wheelmatrix.model import Exports
from wheelmatrix.tables.columns import Read, filled
from wheelmatrix.tables.rows import checked


def exports(name: str, text: str, issues: list[Issue]) -> Exports | None:
    """Return what the file `name` says; what is wrong with it is added to `issues`, and None returned then."""
    try:
        found = json.loads(text)
    except ValueError as error:
        issues.append(Issue(message=f"no valid JSON: {error}", where=name))
        return None
    if not isinstance(found, Mapping):
        issues.append(Issue(message="expected an object", where=name))
        return None
    file = checked(found, _FILE, {}, name, issues)
    if file is None:
        return None
    since = {symbol: version for version, symbols in file["since"].items() for symbol in symbols}
    return Exports(library=file["library"], since=since, machines=file["machines"])


def _words(value: object) -> frozenset[str]:
    if isinstance(value, list) and value and all(isinstance(line, str) and line for line in value):
        return frozenset(word for line in value for word in line.split())
    raise ValueError("a list of lines with symbols between blanks")


def _by_name(value: object) -> dict[str, frozenset[str]]:
    if not isinstance(value, Mapping):
        raise ValueError("an object")
    return {filled(key): _words(lines) for key, lines in value.items()}


_FILE: Mapping[str, Read] = {
    "library": filled,
    "date": filled,
    "source": filled,
    "since": _by_name,
    "machines": _by_name,
}

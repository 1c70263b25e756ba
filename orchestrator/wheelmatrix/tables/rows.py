"""Check rows against their columns: unknown, missing, twice given and ill-typed all become issues."""

import difflib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import tomli

from wheelmatrix.errors import Issue
from wheelmatrix.tables.columns import SOURCE, TABLES, Read, Table, one_of


def toml_rows(name: str, text: str, issues: list[Issue]) -> list[dict[str, Any]]:
    """Return the rows of the TOML table `name` as arguments of their noun; what is wrong is added to `issues`."""
    table = TABLES[name]
    try:
        found = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        issues.append(Issue(message=f"no valid TOML: {error}", where=name))
        return []
    issues += strangers(found, (table.key, "sources"), name)
    issues += [Issue(message="the key is missing", where=f"{name}: {key}") for key in (table.key,) if key not in found]
    sources = dict(_named_rows(found.get("sources", {}), name, "sources", issues))
    for source, values in sources.items():
        checked(values, SOURCE, {}, f"{name}: sources.{source}", issues)
    rows: dict[str, dict[str, Any]] = {}
    columns = {**table.columns, "source": one_of(*sources)}
    for place, values in _rows(table, found.get(table.key, []), name, issues):
        row = checked(values, columns, table.defaults, place, issues)
        if row is None:
            continue
        del row["source"]
        if row[table.id] in rows:
            issues.append(Issue(message=f"{row[table.id]!r} is the {table.id} of an earlier row", where=place))
        rows[row[table.id]] = row
    return list(rows.values())


def json_object(name: str, text: str, columns: Mapping[str, Read], issues: list[Issue]) -> dict[str, Any] | None:
    """Return the object that the JSON file `name` holds, as `columns` read it; what is wrong is added to `issues`."""
    try:
        found = json.loads(text)
    except ValueError as error:
        issues.append(Issue(message=f"no valid JSON: {error}", where=name))
        return None
    if not isinstance(found, Mapping):
        issues.append(Issue(message="expected an object", where=name))
        return None
    return checked(found, columns, {}, name, issues)


def _rows(table: Table, found: object, name: str, issues: list[Issue]) -> Iterator[tuple[str, Mapping[str, object]]]:
    if isinstance(found, Mapping):
        for key, values in _named_rows(found, name, table.key, issues):
            yield f"{name}: {table.key}.{key}", {table.id: key, **values}
    elif isinstance(found, Sequence) and not isinstance(found, str):
        for number, values in enumerate(found, start=1):
            called = values.get(table.id, "") if isinstance(values, Mapping) else ""
            place = f"{name}: row {number} ({called})" if called else f"{name}: row {number}"
            if isinstance(values, Mapping):
                yield place, values
            else:
                issues.append(Issue(message=f"{values!r} is no row", where=place))
    else:
        issues.append(Issue(message="expected rows", where=f"{name}: {table.key}"))


def _named_rows(found: object, name: str, key: str, issues: list[Issue]) -> Iterator[tuple[str, Mapping[str, object]]]:
    if not isinstance(found, Mapping):
        issues.append(Issue(message="expected a table of rows", where=f"{name}: {key}"))
        return
    for called, values in found.items():
        if isinstance(values, Mapping):
            yield called, values
        else:
            issues.append(Issue(message=f"{values!r} is no row", where=f"{name}: {key}.{called}"))


def checked(
    values: Mapping[str, object],
    columns: Mapping[str, Read],
    defaults: Mapping[str, object],
    place: str,
    issues: list[Issue],
) -> dict[str, Any] | None:
    """Return the row as its noun's arguments; None if something is wrong with it, which `issues` then tells."""
    before = len(issues)
    issues += strangers(values, columns, place)
    row = dict(defaults)
    for key, read in columns.items():
        if key in values:
            try:
                row[key] = read(values[key])
            except ValueError as error:
                issues.append(Issue(message=f"expected {error}, found {values[key]!r}", where=f"{place}: {key}"))
        elif key not in defaults:
            issues.append(Issue(message="the key is missing", where=f"{place}: {key}"))
    return row if len(issues) == before else None


def strangers(found: Mapping[str, object], known: Collection[str], place: str) -> Iterator[Issue]:
    """Yield an issue for each key of `found` that is not among `known`, with the nearest one as a hint."""
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            yield Issue(
                message="the key is not known",
                where=f"{place}: {key}",
                hint=f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}",
            )

"""Read `matrix/policies/*.json`, where each policy says only what it adds to the one before."""

from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

from wheelmatrix.errors import Issue
from wheelmatrix.model import Policy, Version
from wheelmatrix.tables.columns import Read, filled, objects, texts, version
from wheelmatrix.tables.rows import checked, json_object

_ALWAYS = "always"
"""Key of the symbols that the newest policy forbids too."""


def policy_rows(name: str, text: str, issues: list[Issue]) -> list[Policy]:
    """Return the policies of the file `name`: one per policy and architecture, by floor ascending, then architecture.

    What is wrong is added to `issues`, and nothing is returned then.
    """
    file = json_object(name, text, _FILE, issues)
    if file is None:
        return []
    before = len(issues)
    rows = [
        row
        for number, each in enumerate(file["policies"], start=1)
        if (row := checked(each, _POLICY, {}, f"{name}: policy {number}", issues))
    ]
    if len(issues) == before:
        issues += _disorder(name, file, rows)
    return _unfold(file, rows) if len(issues) == before else []


def _unfold(file: Mapping[str, Any], rows: list[dict[str, Any]]) -> list[Policy]:
    libraries: frozenset[str] = frozenset()
    symbols: dict[str, dict[str, frozenset[str]]] = {arch: {} for arch in file["symbol_versions"]}
    found = []
    for row in rows:
        floor: Version = row["floor"]
        libraries |= file["libraries"].get(floor, frozenset())
        for arch, spaces in file["symbol_versions"].items():
            news = {space: steps[floor] for space, steps in spaces.items() if floor in steps}
            symbols[arch] = {
                **symbols[arch],
                **{at: symbols[arch].get(at, frozenset()) | new for at, new in news.items()},
            }
        forbidden = _forbidden(file["forbidden"], floor)
        found += [
            Policy(
                name=f"{file['family']}_{floor[0]}_{floor[1]}",
                aliases=row["aliases"],
                arch=arch,
                floor=floor,
                symbol_versions=symbols.get(arch, {}),
                libraries=libraries | file["arch_libraries"].get(arch, frozenset()),
                forbidden=forbidden,
            )
            for arch in row["archs"]
        ]
    return found


def _forbidden(
    spans: Mapping[str, Mapping[Version | None, frozenset[str]]], floor: Version
) -> dict[str, frozenset[str]]:
    """Return the symbols forbidden at `floor`, by soname: each span of `spans` holds up to and including its floor."""
    at = {
        soname: frozenset().union(*(symbols for last, symbols in ends.items() if last is None or floor <= last))
        for soname, ends in spans.items()
    }
    return {soname: symbols for soname, symbols in at.items() if symbols}


def _disorder(name: str, file: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[Issue]:
    """Yield what single rows cannot show: policies out of order, and floors or architectures without a policy."""
    for low, high in pairwise(rows):
        if low["floor"] >= high["floor"]:
            yield Issue(
                message="expected the policies by floor, ascending, each once",
                where=f"{name}: {_dotted(high['floor'])}",
            )
    floors = {row["floor"] for row in rows}
    archs = {arch for row in rows for arch in row["archs"]}
    named: list[tuple[str, Collection[Version | None]]] = [("libraries", file["libraries"])]
    named += [(f"forbidden.{soname}", ends) for soname, ends in file["forbidden"].items()]
    for arch, spaces in file["symbol_versions"].items():
        named += [(f"symbol_versions.{arch}.{space}", steps) for space, steps in spaces.items()]
    for place, used in named:
        for floor in used:
            if floor is not None and floor not in floors:
                yield Issue(message=f"no policy has the floor {_dotted(floor)}", where=f"{name}: {place}")
    for key in ("arch_libraries", "symbol_versions"):
        for arch in file[key]:
            if arch not in archs:
                yield Issue(message="no policy has this architecture", where=f"{name}: {key}.{arch}")


def _dotted(floor: Version) -> str:
    return f"{floor[0]}.{floor[1]}"


def _set(value: object) -> frozenset[str]:
    return frozenset(texts(value))


def _end(value: object) -> Version | None:
    return None if value == _ALWAYS else version(value)


def _mapping(read_key: Read, read: Read) -> Read:
    def read_all(value: object) -> object:
        if not isinstance(value, Mapping):
            raise ValueError("an object")
        return {read_key(key): read(one) for key, one in value.items()}

    return read_all


_FILE: Mapping[str, Read] = {
    "source": filled,
    "date": filled,
    "family": filled,
    "policies": objects,
    "libraries": _mapping(version, _set),
    "arch_libraries": _mapping(filled, _set),
    "forbidden": _mapping(filled, _mapping(_end, _set)),
    "symbol_versions": _mapping(filled, _mapping(filled, _mapping(version, _set))),
}
_POLICY: Mapping[str, Read] = {"floor": version, "aliases": texts, "archs": texts}

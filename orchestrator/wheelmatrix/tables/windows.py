"""Read `matrix/policies/windows.json`: the DLLs that every Windows has, and those that a Python brings along."""

from collections.abc import Mapping

from wheelmatrix.errors import Issue
from wheelmatrix.model import CarriedLibrary, WindowsPolicy
from wheelmatrix.tables.columns import Read, filled, objects, one_of, texts, version
from wheelmatrix.tables.rows import checked, json_object

WINDOWS_FILE = "policies/windows.json"


def windows_policy(text: str, issues: list[Issue]) -> WindowsPolicy | None:
    """Return the policy that `text` holds; None if something is wrong with it, which is then added to `issues`."""
    before = len(issues)
    file = json_object(WINDOWS_FILE, text, _FILE, issues)
    if file is None:
        return None
    rows = [
        checked(each, _CARRIED, {}, f"{WINDOWS_FILE}: carried {number}", issues)
        for number, each in enumerate(file["carried"], start=1)
    ]
    if len(issues) > before:
        return None
    return WindowsPolicy(
        libraries=file["libraries"],
        prefixes=file["prefixes"],
        carried=tuple(CarriedLibrary(**row) for row in rows if row),
    )


def _dll(value: object) -> str:
    if isinstance(value, str) and value and value == value.lower() and "." in value:
        return value
    raise ValueError("a file name in lower case")


def _dlls(value: object) -> frozenset[str]:
    names = [_dll(name) for name in texts(value)]
    if names != sorted(set(names)):
        raise ValueError("file names in alphabetical order, each once")
    return frozenset(names)


def _prefixes(value: object) -> tuple[str, ...]:
    names = texts(value)
    if not all(name == name.lower() and name.endswith("-") for name in names):
        raise ValueError("beginnings of names in lower case, each up to a hyphen")
    return names


def _word_bits(value: object) -> frozenset[int]:
    if isinstance(value, list) and value in ([32], [64], [32, 64]) and all(type(one) is int for one in value):
        return frozenset(value)
    raise ValueError("[32], [64] or [32, 64]")


_FILE: Mapping[str, Read] = {
    "source": filled,
    "date": filled,
    "libraries": _dlls,
    "prefixes": _prefixes,
    "carried": objects,
}
_CARRIED: Mapping[str, Read] = {
    "library": _dll,
    "implementation": one_of("cpython", "pypy", "graalpy"),
    "since": version,
    "word_bits": _word_bits,
}

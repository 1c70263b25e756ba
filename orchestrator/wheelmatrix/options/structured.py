"""How features, file patterns and variables are read from text and from TOML, and described to editors."""

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wheelmatrix.options.facts import Facts
from wheelmatrix.options.kinds import Kind, words
from wheelmatrix.options.notes import Notes
from wheelmatrix.options.parts import Feature, Pattern

_FEATURE_KEYS = ("feature", "python-version", "python-implementation")
_IMPLEMENTATIONS = ("cpython", "pypy", "graalpy")
_PATTERN_KEYS = ("path", "format", "from", "to", "crate-name", "crate_name")
_FORMATS = ("sdist", "wheel")
_STRING = {"type": "string"}


def _features_from_text(found: str, facts: Facts, where: str, notes: Notes) -> tuple[Feature, ...]:
    return tuple(Feature(feature=word) for word in words(found, where, notes))


def _features_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[Feature, ...]:
    read = [_feature(item, at, notes) for item, at in _items(found, where, notes)]
    return tuple(feature for feature in read if feature is not None)


def _feature(item: object, where: str, notes: Notes) -> Feature | None:
    if isinstance(item, str):
        return Feature(feature=item)
    if not isinstance(item, dict):
        notes.wrong_type(where, "a string, or a table with feature", item)
        return None
    _check_keys(item, _FEATURE_KEYS, where, notes)
    name, version, implementation = (_string(item, key, where, notes) for key in _FEATURE_KEYS)
    implementation = implementation.casefold()
    if "feature" not in item:
        notes.issue(where, "lacks the key feature")
    if not _is_specifier(version):
        hint = 'write it as in requires-python: ">=3.11"'
        notes.issue(f"{where}.python-version", f'expected a version specifier, found "{version}"', hint)
    if implementation not in ("", *_IMPLEMENTATIONS):
        at = f"{where}.python-implementation"
        notes.issue(at, f'expected {", ".join(_IMPLEMENTATIONS)}, found "{implementation}"')
    return Feature(feature=name, python_version=version, python_implementation=implementation)


def _is_specifier(text: str) -> bool:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def _patterns_from_text(found: str, facts: Facts, where: str, notes: Notes) -> tuple[Pattern, ...]:
    read = [_plain_pattern(word, facts, where, notes) for word in words(found, where, notes)]
    return tuple(pattern for pattern in read if pattern is not None)


def _patterns_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[Pattern, ...]:
    read = [_pattern(item, facts, at, notes) for item, at in _items(found, where, notes)]
    return tuple(pattern for pattern in read if pattern is not None)


def _plain_pattern(path: str, facts: Facts, where: str, notes: Notes) -> Pattern | None:
    if not path:
        notes.issue(where, "expected a pattern, found an empty string")
        return None
    # gitignore's rules: a slash in front ties the pattern to the project's root, a `!` takes files back in
    inside = path.removeprefix("!").removeprefix("/") if facts.key == "exclude" else path
    if _leads_out(inside):
        notes.issue(where, f'"{path}" leads out of the project', "write a relative pattern without ..")
        return None
    return Pattern(path=path)


def _pattern(item: object, facts: Facts, where: str, notes: Notes) -> Pattern | None:
    if isinstance(item, str):
        return _plain_pattern(item, facts, where, notes)
    if not isinstance(item, dict):
        notes.wrong_type(where, "a string, or a table with path", item)
        return None
    known = _PATTERN_KEYS if facts.key == "include" else _PATTERN_KEYS[:2]
    _check_keys(item, known, where, notes)
    source, to = _string(item, "from", where, notes), _string(item, "to", where, notes)
    crate = _string(item, "crate-name", where, notes) or _string(item, "crate_name", where, notes)
    formats = _formats(item.get("format", list(_FORMATS)), f"{where}.format", notes)
    plain = _plain_pattern(_string(item, "path", where, notes), facts, f"{where}.path", notes)
    if source not in ("", "out-dir"):
        notes.issue(f"{where}.from", f'expected "out-dir", found "{source}"')
    if (to or crate) and source != "out-dir":
        notes.issue(where, "to and crate-name need from", 'add from = "out-dir"')
    if _leads_out(to):
        notes.issue(f"{where}.to", f'"{to}" leads out of the wheel', "write a relative directory without ..")
    if plain is None:
        return None
    return Pattern(path=plain.path, formats=formats, out_dir=source == "out-dir", to=to, crate=crate)


def _formats(found: object, where: str, notes: Notes) -> frozenset[str]:
    named = [found] if isinstance(found, str) else found
    if not isinstance(named, list):
        notes.wrong_type(where, '"sdist", "wheel" or an array of them', found)
        return frozenset()
    for name in named:
        if name not in _FORMATS:
            notes.wrong_type(where, '"sdist" or "wheel"', name)
    return frozenset(name for name in named if isinstance(name, str))


def _leads_out(path: str) -> bool:
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return PurePosixPath(path).is_absolute() or bool(PureWindowsPath(path).drive) or ".." in parts


def _pairs_from_text(found: str, facts: Facts, where: str, notes: Notes) -> tuple[tuple[str, str], ...]:
    pairs = []
    for word in words(found, where, notes):
        name, equals, value = word.partition("=")
        if name and equals:
            pairs.append((name, value))
        else:
            notes.issue(where, f'expected NAME=VALUE, found "{word}"')
    return tuple(pairs)


def _pairs_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[tuple[str, str], ...]:
    if not isinstance(found, dict):
        notes.wrong_type(where, "a table of strings", found)
        return ()
    for name in found:
        if not name or "=" in name or "\0" in name:
            notes.issue(where, f'"{name}" cannot be the name of a variable')
    return tuple((name, _string(found, name, where, notes)) for name in found)


def _items(found: object, where: str, notes: Notes) -> list[tuple[object, str]]:
    if not isinstance(found, list):
        notes.wrong_type(where, "an array", found)
        return []
    return [(item, f"{where}[{place}]") for place, item in enumerate(found)]


def _string(table: Mapping[str, object], key: str, where: str, notes: Notes) -> str:
    found = table.get(key, "")
    if isinstance(found, str):
        return found
    notes.wrong_type(f"{where}.{key}", "a string", found)
    return ""


def _check_keys(table: Mapping[str, object], known: tuple[str, ...], where: str, notes: Notes) -> None:
    for key in table:
        if key not in known:
            notes.unknown_key(where, key, known)


def _features_schema(facts: Facts) -> dict[str, object]:
    table = {
        "type": "object",
        "properties": {
            "feature": _STRING,
            "python-version": _STRING,
            "python-implementation": {"type": "string", "enum": list(_IMPLEMENTATIONS)},
        },
        "required": ["feature"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": {"oneOf": [_STRING, table]}}


def _patterns_schema(facts: Facts) -> dict[str, object]:
    one = {"type": "string", "enum": list(_FORMATS)}
    properties: dict[str, object] = {"path": _STRING, "format": {"oneOf": [one, {"type": "array", "items": one}]}}
    if facts.key == "include":
        properties |= {"from": {"const": "out-dir"}, "to": _STRING, "crate-name": _STRING, "crate_name": _STRING}
    table = {"type": "object", "properties": properties, "required": ["path"], "additionalProperties": False}
    return {"type": "array", "items": {"oneOf": [_STRING, table]}}


def _pairs_schema(facts: Facts) -> dict[str, object]:
    return {"type": "object", "additionalProperties": _STRING}


FEATURES = Kind(
    title="list of strings or tables",
    is_list=True,
    from_text=_features_from_text,
    from_toml=_features_from_toml,
    schema=_features_schema,
)
PATTERNS = Kind(
    title="list of strings or tables",
    is_list=True,
    from_text=_patterns_from_text,
    from_toml=_patterns_from_toml,
    schema=_patterns_schema,
)
PAIRS = Kind(
    title="table of strings",
    is_list=True,
    from_text=_pairs_from_text,
    from_toml=_pairs_from_toml,
    schema=_pairs_schema,
)

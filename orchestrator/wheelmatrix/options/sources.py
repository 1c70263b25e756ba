"""How the Pythons that wheels are imported in are read from text and from TOML, and described to editors."""

import re
from pathlib import PurePath

from wheelmatrix.options.facts import Facts
from wheelmatrix.options.kinds import Kind
from wheelmatrix.options.notes import Notes
from wheelmatrix.options.parts import PythonSource

_PATTERN = re.compile(r"([^/\\=]+)=(.*)", re.DOTALL)
"""A pattern before a path: cell ids have no slash."""
_STRING = {"type": "string", "minLength": 1}


def anchored(sources: tuple[PythonSource, ...], directory: PurePath) -> tuple[PythonSource, ...]:
    """Return the sources with directories, and programs that are paths, taken as relative to `directory`."""
    return tuple(
        PythonSource(
            pattern=source.pattern,
            place=str(directory / source.place) if source.place else "",
            argv=(str(directory / source.argv[0]), *source.argv[1:]) if _is_path(source.argv) else source.argv,
        )
        for source in sources
    )


def _is_path(argv: tuple[str, ...]) -> bool:
    return bool(argv) and ("/" in argv[0] or "\\" in argv[0])


def _from_text(found: str, facts: Facts, where: str, notes: Notes) -> tuple[PythonSource, ...]:
    read = []
    for line in filter(None, map(str.strip, re.split(f"[{re.escape(facts.splits)}]", found))):
        split = _PATTERN.fullmatch(line)
        pattern, place = (split[1], split[2]) if split else ("", line)
        if place:
            read.append(PythonSource(pattern=pattern, place=place))
        else:
            notes.issue(where, f'expected [PATTERN=]DIR, found "{line}"')
    return tuple(read)


def _from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[PythonSource, ...]:
    if not isinstance(found, dict):
        notes.wrong_type(where, "a table of patterns over cell ids", found)
        return ()
    read = [_source(pattern, value, f"{where}.{pattern}", notes) for pattern, value in found.items()]
    return tuple(source for source in read if source is not None)


def _source(pattern: str, value: object, where: str, notes: Notes) -> PythonSource | None:
    if isinstance(value, str) and value:
        return PythonSource(pattern=pattern, place=value)
    if isinstance(value, list) and value and all(isinstance(word, str) and word for word in value):
        return PythonSource(pattern=pattern, argv=tuple(value))
    notes.wrong_type(where, "a directory, or the words of a command line as an array", value)
    return None


def _schema(facts: Facts) -> dict[str, object]:
    command = {"type": "array", "items": _STRING, "minItems": 1}
    return {"type": "object", "additionalProperties": {"oneOf": [_STRING, command]}}


SOURCES = Kind(
    title="table: pattern over cell ids to a directory, or to a command line",
    is_list=True,
    from_text=_from_text,
    from_toml=_from_toml,
    schema=_schema,
)

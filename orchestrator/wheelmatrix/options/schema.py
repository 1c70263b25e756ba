"""The JSON schema of `[tool.wheelmatrix]` for editors, made from the fields of BuildOptions."""

from wheelmatrix.options.build import BuildOptions
from wheelmatrix.options.fields import described, options_of


def schema() -> dict[str, object]:
    """Return a JSON schema (draft 7) of pyproject.toml that knows the table `[tool.wheelmatrix]` and nothing else."""
    table = {
        "description": "wheelmatrix: every wheel of a Rust extension from one command",
        "type": "object",
        "properties": _properties(),
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "pyproject.toml with [tool.wheelmatrix]",
        "type": "object",
        "properties": {"tool": {"type": "object", "properties": {"wheelmatrix": table}}},
    }


def _properties() -> dict[str, object]:
    """Return the keys with their schemas; those with a dot are keys of a table inside of the table."""
    flat: dict[str, object] = {}
    nested: dict[str, dict[str, object]] = {}
    for option in options_of(BuildOptions):
        for key in filter(None, (option.facts.key, *option.facts.aliases)):
            table, dot, inner = key.partition(".")
            (nested.setdefault(table, {}) if dot else flat)[inner or key] = described(option)
    tables = {
        table: {"type": "object", "properties": keys, "additionalProperties": False} for table, keys in nested.items()
    }
    return {**flat, **tables}

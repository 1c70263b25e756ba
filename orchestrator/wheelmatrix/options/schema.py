"""The JSON schema of `[tool.wheelmatrix]` for editors, made from the fields of BuildOptions."""

from wheelmatrix.options.build import BuildOptions
from wheelmatrix.options.fields import described, options_of


def schema() -> dict[str, object]:
    """Return a JSON schema (draft 7) of pyproject.toml that knows the table `[tool.wheelmatrix]` and nothing else."""
    table = {
        "description": "wheelmatrix: every wheel of a Rust extension from one command",
        "type": "object",
        "properties": {
            key: described(option)
            for option in options_of(BuildOptions)
            for key in (option.facts.key, *option.facts.aliases)
            if key
        },
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "pyproject.toml with [tool.wheelmatrix]",
        "type": "object",
        "properties": {"tool": {"type": "object", "properties": {"wheelmatrix": table}}},
    }

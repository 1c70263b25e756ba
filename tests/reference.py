"""`python -m tests.reference [--write]`: the pages in docs/ that are made from the fields of BuildOptions.

Without `--write` it only says which of them are not current, and exits with 1 if one is not.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from wheelmatrix.options import OTHER_VARIABLES, BuildOptions, Option, ScreenOptions, options_of, schema

DOCS = Path(__file__).parent.parent / "docs"

_HEAD = """\
# Options

Made from the fields of `wheelmatrix.BuildOptions` by `python -m tests.reference --write`: do not edit.

Where the same option is given more than once, the first of these wins: command line, `WHEELMATRIX_…` variable, the
variable of maturin or cargo, `[[tool.wheelmatrix.overrides]]`, `[tool.wheelmatrix]`, `[tool.maturin]`. A list replaces
the one below it, unless an override inherits it. An empty variable counts as not set.

In a variable, several values are separated by blanks (quotes hold a value together) or by what the table says, and
booleans are 1, true, yes, on or 0, false, no, off. Keys are those of `[tool.wheelmatrix]`; with a † they mean the same
in `[tool.maturin]`, with a ‡ overrides may set them. Paths in the configuration are relative to pyproject.toml.
"""

_EXAMPLE = """\
## An example

```toml
[tool.wheelmatrix]
interpreters = ["3.10", "3.12", "3.14t"]
targets = ["x86_64-unknown-linux-gnu.2.17"]
skip = "cp31{0,1}-musllinux*"
enable = ["pypy"]
before-build = "python tools/generate.py"
environment = { RUST_BACKTRACE = "1" }

[[tool.wheelmatrix.overrides]]
select = "*-manylinux_2_17_*"
inherit.before-build = "append"
before-build = "sh tools/patch.sh"
rustc-args = ["-C", "target-cpu=x86-64"]
```
"""


def page() -> str:
    """Return docs/options.md."""
    options = (*options_of(BuildOptions), *options_of(ScreenOptions))
    panels = groupby(sorted(options, key=lambda option: option.facts.panel), lambda option: option.facts.panel)
    parts = [_HEAD, *(_panel(name, list(rows)) for name, rows in panels), _others(), _EXAMPLE]
    return "\n".join(parts)


def _panel(name: str, options: Iterable[Option]) -> str:
    rows = ["| option | variables | key | value | meaning |", "|---|---|---|---|---|", *map(_row, options)]
    return "\n".join([f"## {name}", "", *rows, ""])


def _row(option: Option) -> str:
    facts = option.facts
    flags = [*facts.flags, *([facts.no_flag] if facts.no_flag else [])]
    if option.name == "rustc_args":
        flags = ["-- ARGS…"]
    key = f"`{facts.key}`{'†' * facts.maturin}{'‡' * option.is_overridable}" if facts.key else ""
    cells = (_code(flags), _code((option.variable, *facts.variables)), key, _value(option), ". ".join(_meaning(option)))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _code(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names if name)


def _value(option: Option) -> str:
    facts, default = option.facts, option.default
    kind = _code(facts.choices) or option.kind.title
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    return f"{kind}; default `{shown}`" if default not in ("", ()) else kind


def _meaning(option: Option) -> Iterator[str]:
    facts = option.facts
    yield facts.help
    for flag, value in facts.shorthands.items():
        yield f"`{flag}`: {value}"
    if facts.hidden_flags or facts.aliases:
        yield f"Also {_code((*facts.hidden_flags, *facts.aliases))}"
    if facts.splits:
        yield f"Separated by {' or '.join(_SEPARATORS[letter] for letter in facts.splits)}"
    for value, reason in facts.refused.items():
        yield f"`{value}` {reason}"


_SEPARATORS = {" ": "blanks", ",": "commas", "\n": "line ends"}


def _others() -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in OTHER_VARIABLES.items()]
    return "\n".join(["## Variables without an option", "", "| variable | meaning |", "|---|---|", *rows, ""])


def pages() -> dict[str, str]:
    """Return the content of every generated file in docs/, by its name."""
    return {"options.md": page(), "schema.json": json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"}


def stale() -> list[str]:
    """Return the names of the files in docs/ that are not current."""
    return [
        name
        for name, content in pages().items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != content
    ]


def main() -> int:
    """Write or compare; return the exit code."""
    names = stale()
    if "--write" in sys.argv[1:]:
        DOCS.mkdir(exist_ok=True)
        for name in names:
            (DOCS / name).write_text(pages()[name], encoding="utf-8")
            print(f"wrote docs/{name}")
        return 0
    for name in names:
        print(f"docs/{name} is not current: python -m tests.reference --write")
    return bool(names)


if __name__ == "__main__":
    sys.exit(main())

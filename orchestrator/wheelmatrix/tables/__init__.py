"""Turn the texts of `matrix/` into Tables; whatever is not as the columns say is an error, and all are told at once."""

import difflib
import re
from collections.abc import Mapping

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Index, Interpreter, Policy, Tables, Target, Version
from wheelmatrix.tables.columns import TABLES
from wheelmatrix.tables.policies import policy_rows
from wheelmatrix.tables.rows import toml_rows
from wheelmatrix.tables.symbols import exports
from wheelmatrix.tables.windows import WINDOWS_FILE, windows_policy

__all__ = ["accepts", "load", "nearest_triple", "policies_for"]

_POLICY_FILE = re.compile(r"policies/[a-z]+\.json")
_SYMBOL_FILE = re.compile(r"symbols/[a-z]+\.json")
_RANK = ("cpython", "pypy", "graalpy")


def load(texts: Mapping[str, str]) -> Tables:
    """Return the tables that `texts` hold, by their names relative to `matrix/`.

    Raises ConfigError naming file, row and key of everything that is wrong: an unknown file or key, a missing one, a
    row given twice, a value of another type or form.
    """
    names = sorted(name for name in texts if _POLICY_FILE.fullmatch(name) and name != WINDOWS_FILE)
    symbols = sorted(name for name in texts if _SYMBOL_FILE.fullmatch(name))
    needed = (*TABLES, WINDOWS_FILE)
    issues = [Issue(message="the table is missing", where=name) for name in needed if name not in texts]
    issues += [
        Issue(message="no table of this name is known", where=name)
        for name in texts
        if name not in (*needed, *names, *symbols)
    ]
    rows = {name: toml_rows(name, texts[name], issues) for name in TABLES if name in texts}
    policies = [policy for name in names for policy in policy_rows(name, texts[name], issues)]
    of_windows = windows_policy(texts[WINDOWS_FILE], issues) if WINDOWS_FILE in texts else None
    offered = [found for name in symbols if (found := exports(name, texts[name], issues))]
    if issues or of_windows is None:
        raise ConfigError(*issues)
    return Tables(
        targets={row["triple"]: Target(**row) for row in rows["targets.toml"]},
        interpreters=tuple(sorted((Interpreter(**row) for row in rows["interpreters.toml"]), key=_matrix_order)),
        policies=tuple(policies),
        windows=of_windows,
        indexes={row["name"]: Index(**row) for row in rows["indexes.toml"]},
        exports={found.library: found for found in offered},
    )


def nearest_triple(tables: Tables, text: str) -> str:
    """Return the known triple that `text` most likely means; there is always one."""
    return difflib.get_close_matches(text, tables.targets, n=1, cutoff=0.0)[0]


def policies_for(tables: Tables, family: str, arch: str) -> tuple[Policy, ...]:
    """Return the policies of `family` (`manylinux`, `musllinux`) for `arch`, most compatible first; may be empty."""
    start = f"{family}_"
    return tuple(policy for policy in tables.policies if policy.arch == arch and policy.name.startswith(start))


def accepts(index: Index, platform_tag: str) -> bool:
    """Return whether `index` takes wheels with `platform_tag`, which is one tag and no compressed set of them."""
    return any(re.fullmatch(pattern, platform_tag) for pattern in index.platform_tags)


def _matrix_order(row: Interpreter) -> tuple[int, Version, bool, str]:
    return _RANK.index(row.implementation), row.version, row.free_threaded, row.id

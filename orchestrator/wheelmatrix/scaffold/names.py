"""Which names a project may have: cargo, Python and the index must all take it."""

import keyword
import re

from wheelmatrix.errors import ConfigError, Issue

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
_EDGE = re.compile(r".*[A-Za-z0-9]", re.ASCII)
_RUST = frozenset({
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
})  # fmt: skip
"""Keywords, strict and reserved. Source: The Rust Reference, "Keywords", edition 2024."""
_CARGO = frozenset({"test", "core", "std", "alloc", "proc_macro", "deps", "build", "examples", "incremental"})
"""Rust's own crates, which a crate of that name hides, and cargo's own folders. Source: `cargo new`."""
_PYTHON = frozenset({
    "abc", "argparse", "array", "ast", "asyncio", "base64", "binascii", "bisect", "bz2", "calendar", "cmath", "code",
    "codecs", "collections", "configparser", "contextlib", "copy", "csv", "ctypes", "datetime", "decimal", "difflib",
    "dis", "email", "enum", "errno", "fractions", "functools", "gc", "getpass", "glob", "gzip", "hashlib", "heapq",
    "hmac", "html", "http", "importlib", "inspect", "io", "ipaddress", "itertools", "json", "keyword", "linecache",
    "locale", "logging", "lzma", "marshal", "math", "mmap", "multiprocessing", "numbers", "operator", "os", "pathlib",
    "pickle", "pkgutil", "platform", "posix", "pprint", "profile", "queue", "random", "re", "readline", "sched",
    "secrets", "select", "selectors", "shelve", "shlex", "shutil", "signal", "site", "socket", "sqlite3", "ssl",
    "stat", "string", "struct", "subprocess", "symtable", "sys", "sysconfig", "tarfile", "tempfile", "textwrap",
    "threading", "time", "timeit", "token", "tokenize", "tomllib", "trace", "traceback", "types", "typing",
    "unicodedata", "unittest", "urllib", "uuid", "venv", "warnings", "wave", "weakref", "xml", "zipfile", "zlib",
})  # fmt: skip
"""Modules of Python's own that are imported instead of an installed one. Source: the library's module index, 3.14."""
_WINDOWS = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that no file may have there. Source: Microsoft, "Naming Files, Paths, and Namespaces"."""


def module_of(name: str) -> str:
    """Return the import name of a project: `my-crate` → `my_crate`."""
    return name.replace("-", "_")


def checked(name: str, *, where: str, is_imported: bool = True) -> str:
    """Return `name` if a project can be called that; raises ConfigError with everything that speaks against it.

    `where`: what the message calls its source: `--name`, or the directory that it is taken from. `is_imported`: there
    will be a module of that name.
    """
    if faults := tuple(_faults(name, is_imported)):
        hint = "give it another name: --name NAME"
        raise ConfigError(*(Issue(message=f'"{name}" {fault}', where=where, hint=hint) for fault in faults))
    return name


def _faults(name: str, is_imported: bool) -> list[str]:
    module = module_of(name)
    if not _NAME.fullmatch(name):
        return ["is no name of a crate: a letter first, then letters, digits, - and _ (ASCII)"]
    if not _EDGE.fullmatch(name):
        return ["is no name of a distribution: the last character is a letter or a digit (PEP 508)"]
    faults = (
        (name in _RUST, "is a keyword of Rust"),
        (is_imported and keyword.iskeyword(module), "is a keyword of Python: it could not be imported"),
        (module in _CARGO, "is taken by Rust or cargo itself"),
        (is_imported and module in _PYTHON, "is a module of Python's own, which would be imported instead"),
        (module == "tests", "is the name of the folder that the project's tests lie in"),
        (name.lower() in _WINDOWS, "cannot be the name of a file on Windows"),
    )
    return [fault for applies, fault in faults if applies]

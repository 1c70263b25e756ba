"""The Python half of a new project, and its tests; `$name`, `$module` and `$native` stand for what is called so."""

from collections.abc import Mapping

_EXTENSION = '''\
"""$name: a Python package around a module that is written in Rust."""

from $module.$native import sum_as_string

__all__ = ["sum_as_string"]
'''
_CFFI = '''\
"""$name: a Python package around a library that is written in Rust."""

from $module.$native import lib

__all__ = ["add"]


def add(a: int, b: int) -> int:
    """Return the sum of two numbers of 64 bits."""
    return lib.add(a, b)
'''
_BIN = '''\
"""$name: a program that is written in Rust, and what starts it from Python."""

import os
import subprocess
import sysconfig

__all__ = ["PROGRAM", "run"]

PROGRAM = os.path.join(sysconfig.get_path("scripts"), "$name" + (".exe" if os.name == "nt" else ""))
"""Where the program is installed."""


def run(*arguments: str) -> str:
    """Return what the program prints."""
    return subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, text=True).stdout
'''
_STUB = "def sum_as_string(a: int, b: int) -> str: ...\n"

_SUM_TEST = """\
import $module


def test_the_sum_is_text() -> None:
    assert $module.sum_as_string(1, 2) == "3"
"""
_CFFI_TEST = """\
import $module


def test_two_numbers_are_added() -> None:
    assert $module.$add(1, 2) == 3
"""
_BIN_TEST = """\
import os
import subprocess
import sysconfig

PROGRAM = os.path.join(sysconfig.get_path("scripts"), "$name")


def test_the_program_greets() -> None:
    said = subprocess.run([PROGRAM, "Ada"], check=True, capture_output=True, text=True)

    assert said.stdout == "Hello, Ada!\\n"
"""
_BIN_PACKAGE_TEST = """\
import $module


def test_the_program_greets() -> None:
    assert $module.run("Ada") == "Hello, Ada!\\n"
"""

_EXTENSIONS = ("pyo3", "pyo3-ffi")
_PACKAGES: Mapping[str, str] = {**dict.fromkeys((*_EXTENSIONS, "uniffi"), _EXTENSION), "cffi": _CFFI, "bin": _BIN}


def sources(kind: str, *, is_mixed: bool) -> Mapping[str, str]:
    """Return the package's files: path relative to the folder of Python, to template; pure has stubs at most."""
    if not is_mixed:
        return {"$module.pyi": _STUB} if kind in _EXTENSIONS else {}
    package = {"$module/__init__.py": _PACKAGES[kind], "$module/py.typed": ""}
    return {**package, "$module/$native.pyi": _STUB} if kind in _EXTENSIONS else package


def tests(kind: str, *, is_mixed: bool) -> str:
    """Return the test of the installed wheel, a template for pytest."""
    match kind:
        case "bin":
            return _BIN_PACKAGE_TEST if is_mixed else _BIN_TEST
        case "cffi":
            return _CFFI_TEST.replace("$add", "add" if is_mixed else "lib.add")
        case _:
            return _SUM_TEST

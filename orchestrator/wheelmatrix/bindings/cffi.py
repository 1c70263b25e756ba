"""cffi: what its Python files are made from and look like. Text in, text out.

Source: the documentation of cffi, "Preparing and Distributing modules" (ABI mode, out of line) and `cdef`.
"""

import re

GENERATOR = """\
import sys

from cffi import FFI

header, output = sys.argv[1:]
ffi = FFI()
ffi.set_source("ffi", None)
with open(header, encoding="utf-8") as file:
    text = file.read()
try:
    ffi.cdef(text)
    ffi.emit_python_code(output)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""
"""What a Python that has cffi runs, with the declarations' file and the one to be written."""

HEADER = "header.h"
"""What the header is called in the target directory, where a crate ships it or its build script writes it."""

_DIRECTIVE = re.compile(r"\s*#\s*(\w+)\s*(.*)")
_NUMBER = re.compile(r"\w+\s+\(?-?(?:0[xX][0-9a-fA-F]+|\d+)\)?[uUlL]*")
_CONTINUED = re.compile(r"\\\n")
_GENERATED = (b'"""The library ', b'__all__ = ["lib", "ffi"]\n', b"# auto-generated file\nimport _cffi_backend")
"""How a loader begins, ours and maturin's, and what cffi writes."""
_LOADER = """\
\"\"\"The library {library}: `lib` has its functions, `ffi` makes and reads what they take and give.\"\"\"

from os.path import dirname, join

from .ffi import ffi

__all__ = ["ffi", "lib"]

lib = ffi.dlopen(join(dirname(__file__), "{library}"))
"""


def loader(library: str) -> bytes:
    """Return the `__init__.py` beside a library of this file name; it offers `ffi` and `lib`."""
    return _LOADER.format(library=library).encode()


def is_generated(content: bytes) -> bool:
    """Return whether a Python file is one of those that are made for a library, from an earlier time."""
    return content.startswith(_GENERATED)


def declarations(header: str) -> str:
    """Return what cffi can read of a C header: it knows the standard types and takes no directives but for numbers.

    Includes, guards and what is for C++ alone are left out; of other conditions everything is kept.
    """
    kept: list[str] = []
    is_plus_plus: list[bool] = []
    for line in _CONTINUED.sub(" ", header).splitlines():
        found = _DIRECTIVE.fullmatch(line)
        if found is None:
            kept += [] if any(is_plus_plus) else [line]
        elif found[1] in ("if", "ifdef", "ifndef"):
            is_plus_plus.append("__cplusplus" in found[2] and found[1] != "ifndef")
        elif found[1] in ("else", "elif") and is_plus_plus:
            is_plus_plus[-1] = False
        elif found[1] == "endif" and is_plus_plus:
            is_plus_plus.pop()
        elif found[1] == "define" and _NUMBER.fullmatch(found[2].strip()) and not any(is_plus_plus):
            kept.append(line)
    return "\n".join(kept) + "\n"

import subprocess
import sys
from pathlib import Path

import pytest

from wheelmatrix.bindings.cffi import GENERATOR, declarations, is_generated, loader

HEADER = Path(__file__).parents[1] / "crates/tiny-cffi/header.h"


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("int f(void);\n", "int f(void);\n"),
        ('#include "a.h"\n#pragma once\nint f(void);', "int f(void);\n"),
        ("#ifndef A_H\n#define A_H\nint f(void);\n#endif\n", "int f(void);\n"),
        (
            "#define LIMIT 3\n#define MASK 0xFFu\n#define MADE (-1)\n",
            "#define LIMIT 3\n#define MASK 0xFFu\n#define MADE (-1)\n",
        ),
        ('#define MAX(a, b) a\n#define NAME "x"\n', "\n"),
        ('#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif', "int f(void);\n"),
        ("#ifdef __cplusplus\nint a;\n#else\nint b;\n#endif", "int b;\n"),
        ("#if defined(__cplusplus)\nint a;\n#endif\n#if X\nint b;\n#endif", "int b;\n"),
        ("#define LONG \\\n  text\nint f(void);", "int f(void);\n"),
        ("# endif\n#endif\nint f(void);", "int f(void);\n"),
    ],
)
def test_cffi_is_given_what_it_can_read(header: str, kept: str) -> None:
    assert declarations(header) == kept


def test_cffi_reads_the_declarations_and_writes_a_module(tmp_path: Path) -> None:
    declared, output, script = (tmp_path / name for name in ("declared.h", "ffi.py", "generator.py"))
    declared.write_text(declarations(HEADER.read_text()))
    script.write_text(GENERATOR)
    subprocess.run([sys.executable, str(script), str(declared), str(output)], check=True)

    text = output.read_text()
    assert "_cffi_backend.FFI('ffi'" in text
    assert "TINY_LIMIT" in text
    assert "Pair" in text


def test_a_file_of_an_earlier_time_is_told_from_one_that_somebody_wrote() -> None:
    assert is_generated(loader("libx.so"))
    assert is_generated(b"# auto-generated file\nimport _cffi_backend\n")
    assert is_generated(b'__all__ = ["lib", "ffi"]\n\nimport os\n')
    assert not is_generated(b"from .ffi import ffi\n")


def test_the_package_loads_the_library_beside_it() -> None:
    text = loader("libx.so").decode()

    compile(text, "__init__.py", "exec")
    assert '"libx.so"' in text
    assert '__all__ = ["ffi", "lib"]' in text

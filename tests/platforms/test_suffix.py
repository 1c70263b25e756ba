"""Suffixes are those that the interpreters themselves give."""

import subprocess
import sys
from pathlib import Path

import pytest

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError
from wheelmatrix.platforms import extension_suffix, stable_suffix, why_absent

TABLES = tables.load(resources.table_texts())
INTERPRETERS = {row.id: row for row in TABLES.interpreters}


@pytest.mark.parametrize(
    ("interpreter", "triple", "suffix"),
    [
        # as the interpreters of pyenv and Debian report it
        ("cp38", "x86_64-unknown-linux-gnu", ".cpython-38-x86_64-linux-gnu.so"),
        ("cp313t", "x86_64-unknown-linux-gnu", ".cpython-313t-x86_64-linux-gnu.so"),
        ("cp311", "i686-unknown-linux-gnu", ".cpython-311-i386-linux-gnu.so"),
        ("cp311", "aarch64-unknown-linux-gnu", ".cpython-311-aarch64-linux-gnu.so"),
        ("cp311", "armv7-unknown-linux-gnueabihf", ".cpython-311-arm-linux-gnueabihf.so"),
        ("cp311", "powerpc64le-unknown-linux-gnu", ".cpython-311-powerpc64le-linux-gnu.so"),
        ("cp311", "s390x-unknown-linux-gnu", ".cpython-311-s390x-linux-gnu.so"),
        ("cp314", "riscv64gc-unknown-linux-gnu", ".cpython-314-riscv64-linux-gnu.so"),
        ("cp314", "loongarch64-unknown-linux-gnu", ".cpython-314-loongarch64-linux-gnu.so"),
        ("cp312", "mips64el-unknown-linux-gnuabi64", ".cpython-312-mips64el-linux-gnuabi64.so"),
        ("cp312", "i686-unknown-hurd-gnu", ".cpython-312-i386-gnu.so"),
        ("pp311_pp73", "x86_64-unknown-linux-gnu", ".pypy311-pp73-x86_64-linux-gnu.so"),
        ("pp311_pp80", "i686-unknown-linux-gnu", ".pypy311-pp80-x86-linux-gnu.so"),
        ("pp310_pp73", "powerpc64le-unknown-linux-gnu", ".pypy310-pp73-ppc_64-linux-gnu.so"),
        ("gp312_250", "x86_64-unknown-linux-gnu", ".graalpy250-312-native-x86_64-linux.so"),
        # musl is named from 3.11 on, and never by PyPy
        ("cp310", "x86_64-unknown-linux-musl", ".cpython-310-x86_64-linux-gnu.so"),
        ("cp311", "x86_64-unknown-linux-musl", ".cpython-311-x86_64-linux-musl.so"),
        ("cp310", "armv7-unknown-linux-musleabihf", ".cpython-310-arm-linux-gnueabihf.so"),
        ("cp314t", "armv7-unknown-linux-musleabihf", ".cpython-314t-arm-linux-musleabihf.so"),
        ("cp310", "mips64-unknown-linux-muslabi64", ".cpython-310-mips64-linux-gnuabi64.so"),
        ("cp311", "mips64-unknown-linux-muslabi64", ".cpython-311-mips64-linux-musl.so"),
        ("pp311_pp80", "aarch64-unknown-linux-musl", ".pypy311-pp80-aarch64-linux-gnu.so"),
        # macOS and iOS
        ("cp313t", "aarch64-apple-darwin", ".cpython-313t-darwin.so"),
        ("cp313", "x86_64-apple-darwin", ".cpython-313-darwin.so"),
        ("pp311_pp80", "aarch64-apple-darwin", ".pypy311-pp80-darwin.so"),
        ("gp312_250", "aarch64-apple-darwin", ".graalpy250-312-native-aarch64-darwin.so"),
        ("cp313", "aarch64-apple-ios-sim", ".cpython-313-iphonesimulator.so"),
        # Windows
        ("cp313t", "x86_64-pc-windows-msvc", ".cp313t-win_amd64.pyd"),
        ("cp313", "i686-pc-windows-gnu", ".cp313-win32.pyd"),
        ("cp314", "aarch64-pc-windows-gnullvm", ".cp314-win_arm64.pyd"),
        ("pp311_pp73", "x86_64-pc-windows-msvc", ".pypy311-pp73-win_amd64.pyd"),
        # others
        ("cp312", "x86_64-unknown-freebsd", ".cpython-312.so"),
        ("cp312", "x86_64-unknown-netbsd", ".so"),
        ("cp312", "aarch64-unknown-openbsd", ".cpython-312.so"),
        ("cp313", "aarch64-linux-android", ".cpython-313-aarch64-linux-android.so"),
        ("cp313", "wasm32-unknown-emscripten", ".cpython-313-wasm32-emscripten.so"),
    ],
)
def test_each_interpreter_ends_its_modules_its_own_way(interpreter: str, triple: str, suffix: str) -> None:
    assert extension_suffix(INTERPRETERS[interpreter], TABLES.targets[triple]) == suffix


@pytest.mark.parametrize(
    ("interpreter", "triple", "reason"),
    [
        ("pp311_pp80", "armv7-unknown-linux-gnueabihf", "PyPy was never built for armv7-unknown-linux-gnueabihf"),
        ("pp311_pp80", "aarch64-pc-windows-msvc", "PyPy was never built for aarch64-pc-windows-msvc"),
        ("pp311_pp80", "x86_64-unknown-freebsd", "PyPy for FreeBSD is not known"),
        ("gp312_250", "x86_64-unknown-linux-musl", "GraalPy was never built for x86_64-unknown-linux-musl"),
        ("gp312_250", "i686-unknown-linux-gnu", "GraalPy was never built for i686-unknown-linux-gnu"),
        ("gp313_253", "x86_64-pc-windows-msvc", "GraalPy for Windows is not known"),
        ("cp312", "aarch64-linux-android", "CPython is there from 3.13 on"),
    ],
)
def test_an_interpreter_that_does_not_exist_is_refused_with_the_reason(
    interpreter: str, triple: str, reason: str
) -> None:
    row, target = INTERPRETERS[interpreter], TABLES.targets[triple]

    assert why_absent(row, target) == reason
    with pytest.raises(ConfigError, match=f"{interpreter} on {triple}: {reason}"):
        extension_suffix(row, target)


def test_every_pair_has_a_suffix_or_a_reason() -> None:
    for target in TABLES.targets.values():
        for row in TABLES.interpreters:
            if not why_absent(row, target):
                suffix = extension_suffix(row, target)
                assert suffix.startswith(".")
                assert suffix.endswith((".so", ".pyd"))
                assert "--" not in suffix
                assert "-." not in suffix
                assert "{" not in suffix


@pytest.mark.parametrize(
    ("triple", "abi3", "abi3t"),
    [
        ("x86_64-unknown-linux-gnu", ".abi3.so", ".abi3t.so"),
        ("x86_64-unknown-linux-musl", ".abi3.so", ".abi3t.so"),
        ("aarch64-apple-darwin", ".abi3.so", ".abi3t.so"),
        ("x86_64-unknown-netbsd", ".abi3.so", ".abi3t.so"),
        ("x86_64-pc-windows-gnu", ".pyd", ".pyd"),
    ],
)
def test_the_stable_abi_has_its_plain_spelling(triple: str, abi3: str, abi3t: str) -> None:
    target = TABLES.targets[triple]

    assert (stable_suffix("abi3", target), stable_suffix("abi3t", target)) == (abi3, abi3t)


def installed() -> list[Path]:
    """Return the Python that runs this, and those that pyenv has here."""
    return [Path(sys.executable), *sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python"))]


ASK = """
import sys, sysconfig
print("cp%d%d" % sys.version_info[:2] + "t" * bool(sysconfig.get_config_var("Py_GIL_DISABLED")))
print(sysconfig.get_config_var("EXT_SUFFIX"), sysconfig.get_config_var("SOABI"))
"""


def test_the_interpreters_of_this_machine_agree() -> None:
    rustc = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True)
    host = TABLES.targets[rustc.stdout.partition("host: ")[2].split("\n")[0]]

    for python in installed():
        printed = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=True)
        name, suffix, soabi = printed.stdout.split()
        if name in INTERPRETERS:
            assert extension_suffix(INTERPRETERS[name], host) == suffix
            assert soabi.startswith(INTERPRETERS[name].soabi)

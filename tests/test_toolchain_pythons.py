"""What the toolchain unpacks: every Python starts, says what it is, and imports what was built for it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.crates import CHECKOUT, copy_crate
from tests.toolchain import PYTHONS, Unpacked, default_directory

pytestmark = pytest.mark.slow

QUESTION = """
import json, sys, sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
free_threaded = not getattr(sys, "_is_gil_enabled", lambda: True)()
print(json.dumps([sysconfig.get_platform(), EXTENSION_SUFFIXES[0], sys.byteorder, free_threaded]))
"""
ANSWERS = {
    "cp311-aarch64": ["linux-aarch64", ".cpython-311-aarch64-linux-gnu.so", "little", False],
    "cp311-armv7l": ["linux-armv7l", ".cpython-311-arm-linux-gnueabihf.so", "little", False],
    "cp311-i686": ["linux-i686", ".cpython-311-i386-linux-gnu.so", "little", False],
    "cp311-ppc64le": ["linux-ppc64le", ".cpython-311-powerpc64le-linux-gnu.so", "little", False],
    "cp311-s390x": ["linux-s390x", ".cpython-311-s390x-linux-gnu.so", "big", False],
    "cp311-win_amd64": ["win-amd64", ".cp311-win_amd64.pyd", "little", False],
    "cp311-x86_64": ["linux-x86_64", ".cpython-311-x86_64-linux-gnu.so", "little", False],
    "cp313-riscv64": ["linux-riscv64", ".cpython-313-riscv64-linux-gnu.so", "little", False],
    "cp313-x86_64": ["linux-x86_64", ".cpython-313-x86_64-linux-gnu.so", "little", False],
    "cp314-x86_64": ["linux-x86_64", ".cpython-314-x86_64-linux-gnu.so", "little", False],
    "cp314t-win_amd64": ["win-amd64", ".cp314t-win_amd64.pyd", "little", True],
    "cp315-x86_64": ["linux-x86_64", ".cpython-315-x86_64-linux-gnu.so", "little", False],
    "pp311-x86_64": ["linux-x86_64", ".pypy311-pp73-x86_64-linux-gnu.so", "little", False],
}
NATIVE = {
    "cp313-x86_64": ("CPython", "3.13"),
    "cp314-x86_64": ("CPython", "3.14"),
    "cp315-x86_64": ("CPython", "3.15"),
    "pp311-x86_64": ("PyPy", "3.11"),
}
FOR_LINUX = [name for name in PYTHONS if not name.endswith("-win_amd64")]
FOR_WINDOWS = [name for name in PYTHONS if name.endswith("-win_amd64")]


@pytest.mark.parametrize("name", PYTHONS)
def test_a_python_starts_and_says_what_it_is(foreign_python: Callable[[str], Unpacked], name: str) -> None:
    python = foreign_python(name)

    by_script = subprocess.run([python.executable, "-I", "-c", QUESTION], capture_output=True, text=True)
    by_command = subprocess.run(
        [*python.command, "-c", QUESTION], capture_output=True, text=True, env=os.environ | python.env
    )

    assert (json.loads(by_script.stdout), by_script.stderr) == (ANSWERS[name], "")
    assert (by_command.stdout, by_command.stderr) == (by_script.stdout, "")


@pytest.mark.parametrize("name", FOR_LINUX)
def test_a_python_can_start_itself(foreign_python: Callable[[str], Unpacked], name: str) -> None:
    python = foreign_python(name)
    again = (
        "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'exit(7)']).returncode, sys.executable)"
    )

    done = subprocess.run([python.executable, "-c", again], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == (f"7 {python.executable}\n", "")


@pytest.mark.parametrize("name", ["cp311-s390x", "cp315-x86_64"])
def test_an_environment_is_made_of_a_python(
    foreign_python: Callable[[str], Unpacked], name: str, tmp_path: Path
) -> None:
    python, home = foreign_python(name), tmp_path / "environment"
    subprocess.run([python.executable, "-m", "venv", "--without-pip", home], check=True)

    done = subprocess.run(
        [home / "bin/python", "-c", "import sys; print(sys.prefix, sys.base_prefix)"], capture_output=True
    )

    assert done.stdout.decode() == f"{home} {python.root}\n"


@pytest.mark.parametrize("name", sorted(NATIVE))
def test_a_python_imports_an_extension_built_for_it(
    foreign_python: Callable[[str], Unpacked], name: str, tmp_path: Path
) -> None:
    python, (implementation, version) = foreign_python(name), NATIVE[name]
    crate, config, modules = copy_crate("tiny", tmp_path), tmp_path / "config", tmp_path / "modules"
    config.write_text(f"implementation={implementation}\nversion={version}\n")
    modules.mkdir()
    subprocess.run(
        ["cargo", "build", "--quiet", "--offline", "--locked", f"--target-dir={tmp_path / 'target'}"],
        cwd=crate,
        env=os.environ | {"PYO3_CONFIG_FILE": str(config)},
        check=True,
    )
    (tmp_path / "target/debug/libtiny.so").rename(modules / f"tiny{ANSWERS[name][1]}")

    question = f"import sys; sys.path.insert(0, {str(modules)!r}); import tiny, json, ctypes; print(tiny.says())"
    done = subprocess.run([python.executable, "-I", "-c", question], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == (f"{implementation}-gil_enabled-{version}\n", "")


@pytest.mark.parametrize("name", FOR_WINDOWS)
def test_a_windows_python_takes_every_kind_of_stream(
    foreign_python: Callable[[str], Unpacked], name: str, tmp_path: Path
) -> None:
    python = foreign_python(name)
    program = (
        "import platform, sys; print(len(sys.stdin.read()), platform.machine()); sys.stderr.write('e'); sys.exit(7)"
    )
    files = {stream: tmp_path / stream for stream in ("in", "out", "err")}
    files["in"].write_text("four")
    with files["in"].open() as stdin, files["out"].open("w") as stdout, files["err"].open("w") as stderr:
        by_files = subprocess.run([python.executable, "-c", program], stdin=stdin, stdout=stdout, stderr=stderr)
    by_pipes = subprocess.run([python.executable, "-c", program], input="four", capture_output=True, text=True)
    closed = subprocess.run(f'{python.executable} -c "{program}" <&- 2>&-', shell=True, capture_output=True, text=True)

    assert by_files.returncode == by_pipes.returncode == closed.returncode == 7
    assert files["out"].read_text() == by_pipes.stdout == "4 AMD64\n"
    assert files["err"].read_text() == by_pipes.stderr == "e"
    assert (closed.stdout, closed.stderr) == ("0 AMD64\n", "")


def test_a_windows_python_has_the_stable_abi_and_random_numbers(foreign_python: Callable[[str], Unpacked]) -> None:
    program = (
        "import ctypes; print(ctypes.CDLL('python3.dll').Py_IsInitialized());"
        "bytes = ctypes.create_string_buffer(16); print(ctypes.CDLL('bcryptprimitives.dll').ProcessPrng(bytes, 16));"
        "print(bytes.raw != bytearray(16))"
    )

    done = subprocess.run([foreign_python("cp311-win_amd64").executable, "-c", program], capture_output=True, text=True)

    assert (done.stdout.split(), done.stderr) == (["1", "1", "True"], "")


def test_the_command_line_prints_what_is_there(foreign_python: Callable[[str], Unpacked]) -> None:
    names = ["cp315-x86_64", "pp311-x86_64"]
    pythons = {name: foreign_python(name) for name in names}

    command = [sys.executable, "-m", "tests.toolchain", str(default_directory()), "--python", *names]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == {name: python.as_json() for name, python in pythons.items()}
    assert done.stderr == ""

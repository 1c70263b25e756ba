"""Pythons of other machines: found in directories, started by what is here, asked before they are used."""

import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import anyio
import pytest
from tests.audit.elf_image import AARCH64, I386, elf_image
from tests.run.small_wheels import only, this_python, verify, wheel

from wheelmatrix.audit.elf import read
from wheelmatrix.errors import ConfigError
from wheelmatrix.options import PythonSource
from wheelmatrix.run.runners import root_of, runners
from wheelmatrix.verify.choosing import Pythons

HERE = this_python()
BASE = Path(HERE.base_executable)
LIBRARY = Path(os.__file__).parent
TAG = f"cp{HERE.version[0]}{HERE.version[1]}"
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="directories of Linux distributions")


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def asked(*sources: PythonSource, path: str = "", directory: Path = Path("/"), timeout_s: float = 20) -> Pythons:
    work = partial(
        runners,
        [HERE],
        sources,
        directory=directory,
        environment={**os.environ, "PATH": path or os.environ["PATH"]},
        cache=directory / "cache",
        guardian=None,
        timeout_s=timeout_s,
    )
    return anyio.run(work)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A directory that looks like a distribution for AArch64; its Python is no program."""
    python = tmp_path / "root/usr/bin/python3.11"
    python.parent.mkdir(parents=True)
    python.write_bytes(elf_image(machine=AARCH64, kind=2, interpreter="/lib/ld-linux-aarch64.so.1"))
    python.with_name("python3").symlink_to("/usr/bin/python3.11")
    (tmp_path / "root/usr/lib/python3.11").mkdir(parents=True)
    (tmp_path / "root/usr/lib/python3.11/os.py").touch()
    return tmp_path / "root"


def emulator(folder: Path, body: str) -> str:
    """Make a `qemu-aarch64` of a script, and return a PATH on which it is the only one."""
    script(folder / "bin/qemu-aarch64", body)
    return f"{folder / 'bin'}:/usr/bin:/bin"


def test_pythons_of_this_machine_are_isolated_and_leave_no_bytecode() -> None:
    (found,) = asked().runners

    assert found.is_native
    assert found.command.argv == (str(HERE.executable), "-I", "-B")


def test_a_root_is_read_from_its_own_python(foreign: Path) -> None:
    found = root_of(foreign)

    assert found is not None
    assert (found.program, found.machine) == (foreign / "usr/bin/python3.11", "EM_AARCH64")
    assert (found.home, found.loader) == (foreign / "usr", None)


def test_links_stay_inside_of_the_root(tmp_path: Path) -> None:
    """Else a foreign root would start the Python of this machine."""
    root = tmp_path / "root"
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/python3").symlink_to(sys.executable)
    assert root_of(root) is None

    (root / "opt").mkdir()
    (root / "opt/python").write_bytes(elf_image(machine=I386, word_bits=32, kind=2))
    (root / "usr/bin/python3").unlink()
    (root / "usr/bin/python3").symlink_to("/opt/python")
    found = root_of(root)

    assert found is not None
    assert (found.program, found.machine) == (root / "opt/python", "EM_386")


def test_links_in_a_circle_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3").symlink_to("python3.12")
    (tmp_path / "bin/python3.12").symlink_to("python3")

    assert root_of(tmp_path) is None


@pytest.mark.parametrize("below", ["", "tools/"])
def test_a_windows_python_is_found_and_knows_its_library_or_not(tmp_path: Path, below: str) -> None:
    program = tmp_path / f"{below}python.exe"
    program.parent.mkdir(exist_ok=True)
    program.write_bytes(b"MZ")
    first = root_of(tmp_path)
    (program.parent / "Lib").mkdir()
    whole = root_of(tmp_path)
    (program.parent / "python311._pth").touch()
    embeddable = root_of(tmp_path)

    assert first is not None
    assert (first.program, first.machine, first.home) == (program, "", None)
    assert whole is not None
    assert whole.home == program.parent
    assert embeddable is not None
    assert embeddable.home is None


@pytest.mark.parametrize("make", [False, True])
def test_a_directory_without_python_is_an_error(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "root").mkdir()

    with pytest.raises(ConfigError) as caught:
        asked(PythonSource(place="root"), directory=tmp_path)

    assert str(tmp_path / "root") in str(caught.value)
    assert "usr/bin/python3*" in str(caught.value)


@needs_linux
def test_without_emulator_its_absence_is_told(foreign: Path, tmp_path: Path) -> None:
    found = asked(PythonSource(pattern="*-x", place="root"), path="/nowhere", directory=tmp_path)

    ((pattern, lacking),) = found.absent
    assert pattern == "*-x"
    assert "neither qemu-aarch64-static nor qemu-aarch64 is on the PATH" in lacking.message
    assert len(found.runners) == 1


@needs_linux
def test_an_emulator_is_given_the_root_and_the_program(foreign: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    path = emulator(
        tmp_path, f'echo "$QEMU_LD_PREFIX $PYTHONHOME $@" > {said}; unset PYTHONHOME\nshift 4; exec {BASE} "$@"'
    )

    found = asked(PythonSource(place="root"), path=path, directory=tmp_path)

    (_, runner) = found.runners
    assert not runner.is_native
    assert runner.installed.version == HERE.version
    assert said.read_text().startswith(f"{foreign} {foreign}/usr -L {foreign} {foreign}/usr/bin/python3.11 -s ")


@needs_linux
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("sleep 600", "did not answer within 1 s"),
        ("echo broken >&2; exit 1", "is no Python that works here: broken"),
        ("kill -SEGV $$", "is no Python that works here"),
        ("echo hello", "is no Python that works here"),
        ("echo '{}'", "is no Python that works here"),
        ("exit 0", "is no Python that works here"),
    ],
)
def test_an_emulator_that_does_not_give_a_python_is_told(foreign: Path, tmp_path: Path, body: str, said: str) -> None:
    found = asked(
        PythonSource(place="root"), path=emulator(tmp_path, body), directory=tmp_path, timeout_s=1
    )  # fmt: skip

    ((_, lacking),) = found.absent
    assert said in lacking.message
    assert "qemu-aarch64 -L" in lacking.hint


def test_a_command_line_is_taken_as_it_is(tmp_path: Path) -> None:
    start = script(tmp_path / "start", f'[ "$1" = --own ] || exit 1\nshift; exec {BASE} "$@"')

    found = asked(PythonSource(pattern="*-linux_x86_64", argv=(str(start), "--own")))

    (_, runner) = found.runners
    assert (runner.label, runner.command.argv) == ("*-linux_x86_64", (str(start), "--own"))
    assert found.patterns == {"*-linux_x86_64": "*-linux_x86_64"}


def test_a_program_is_a_python_as_well_as_a_directory_is(tmp_path: Path) -> None:
    (_, runner) = asked(PythonSource(place=str(BASE))).runners

    assert runner.installed.version == HERE.version
    assert not runner.is_native


def test_wine_is_given_windows_names(tmp_path: Path) -> None:
    """A wine of a script, which says what it was asked to run."""
    (tmp_path / "win").mkdir()
    (tmp_path / "win/python.exe").write_bytes(b"MZ")
    script(tmp_path / "bin/wine64", f"printf '%s\\n' $WINEPREFIX $WINEDEBUG $1 $2 > {tmp_path}/said; exit 3")

    found = asked(PythonSource(place="win"), path=f"{tmp_path}/bin:/usr/bin:/bin", directory=tmp_path)

    prefix, debug, program, probe = (tmp_path / "said").read_text().split()
    assert (prefix, debug) == (f"{tmp_path}/cache/wine", "-all")
    assert program == f"{tmp_path}/win/python.exe"
    assert probe.startswith("Z:\\")
    assert probe.endswith("\\probe.py")
    assert len(found.absent) == 1


@needs_linux
def test_a_distribution_of_this_machine_is_started_by_its_own_loader(tmp_path: Path) -> None:
    """The Python that runs the tests, copied into a directory with its loader and its libraries."""
    root, version = tmp_path / "root", f"python{HERE.version[0]}.{HERE.version[1]}"
    facts = read(BASE.resolve().read_bytes())
    listed = subprocess.run(["ldd", str(BASE.resolve())], capture_output=True, text=True, check=True).stdout
    copies = {f"lib/x-linux-gnu/{Path(lib).name}": lib for lib in re.findall(r"=> (/\S+)", listed)}
    copies |= {f"usr/bin/{version}": str(BASE.resolve()), facts.interpreter: facts.interpreter}
    for place, source in copies.items():
        (root / place.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, root / place.lstrip("/"))
    (root / "usr/lib").mkdir()
    (root / "usr/lib" / version).symlink_to(LIBRARY)

    found = asked(PythonSource(place="root"), directory=tmp_path, path="/nowhere")

    (_, runner) = found.runners
    assert runner.command.argv[0] == f"{root}{facts.interpreter}"
    assert f"{root}/lib/x-linux-gnu" in runner.command.argv[2].split(":")
    assert runner.installed.version == HERE.version
    assert runner.command.environment["PYTHONHOME"] == f"{root}/usr"


@needs_linux
@pytest.mark.slow
def test_a_wheel_is_imported_under_an_emulator_and_a_hang_there_is_told(foreign: Path, tmp_path: Path) -> None:
    """The emulator is a script that runs this Python and says that it is of AArch64."""
    fake = tmp_path / "as_arm.py"
    fake.write_text(
        "import json, runpy, sys, contextlib, io\n"
        "sys.argv = sys.argv[1:]\n"
        "if sys.argv[0].endswith('probe.py'):\n"
        "    said = io.StringIO()\n"
        "    with contextlib.redirect_stdout(said):\n"
        "        runpy.run_path(sys.argv[0])\n"
        "    print(json.dumps({**json.loads(said.getvalue()), 'platform': 'linux-aarch64'}))\n"
        "else:\n"
        "    runpy.run_path(sys.argv[0])\n"
    )
    path = emulator(tmp_path, f'unset PYTHONHOME; shift 4; exec {BASE} {fake} "$@"')
    image = elf_image(machine=AARCH64)
    tags = f"{TAG}-{TAG}-manylinux_2_17_aarch64"

    def tried(source: str) -> tuple[str, str]:
        files = {"pkg/__init__.py": source, "pkg.libs/libx.so": image}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", path)
            found = verify(
                wheel(tmp_path, files, tags, purelib="false"),
                verify_pythons=(PythonSource(place=str(foreign)),),
                verify_timeout=5,
            )
        check = only(found, "import")
        return check.state, check.message

    assert tried("") == ("passed", "")
    assert tried("import time; time.sleep(600)") == (
        "failed", "importing pkg did not end within 5 s under qemu-aarch64",
    )  # fmt: skip
    assert tried("import os; os.abort()") == ("failed", "importing pkg ended the process by SIGABRT under qemu-aarch64")

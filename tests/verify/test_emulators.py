"""How a Python of another machine is started, decided from what was found in its directory."""

from pathlib import PurePosixPath

import pytest

from wheelmatrix.model import Command
from wheelmatrix.model.verified import Lacking
from wheelmatrix.verify.emulators import Root, emulators_of, library_folders, start

ROOT, CACHE = PurePosixPath("/roots/arm"), PurePosixPath("/cache")
PYTHON = ROOT / "usr/bin/python3.11"
LOADER = ROOT / "lib/ld-linux-aarch64.so.1"
ARM = Root(path=ROOT, program=PYTHON, machine="EM_AARCH64", loader=LOADER, home=ROOT / "usr",
           library_folders=(ROOT / "usr/lib/aarch64-linux-gnu", ROOT / "usr/lib"))  # fmt: skip
I386 = Root(
    path=ROOT, program=PYTHON, machine="EM_386", loader=ROOT / "lib/ld-linux.so.2", library_folders=(ROOT / "lib",)
)
WINDOWS = Root(path=PurePosixPath("/win"), program=PurePosixPath("/win/python.exe"), home=PurePosixPath("/win"))
QEMU = {"qemu-aarch64": PurePosixPath("/usr/bin/qemu-aarch64")}


def started(root: Root, host: str = "EM_X86_64", **programs: PurePosixPath) -> Command:
    found = start(root, host, {name.replace("_", "-"): path for name, path in programs.items()}, CACHE)
    assert isinstance(found, Command)
    return found


def test_a_foreign_linux_python_is_started_by_qemu_with_the_root_as_prefix() -> None:
    found = started(ARM, qemu_aarch64=QEMU["qemu-aarch64"])

    assert found.argv == ("/usr/bin/qemu-aarch64", "-L", "/roots/arm", str(PYTHON), "-s")
    assert found.environment["QEMU_LD_PREFIX"] == "/roots/arm"
    assert found.environment["PYTHONHOME"] == "/roots/arm/usr"
    assert {"PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD"} <= found.without
    assert not found.without & found.environment.keys()


def test_bytecode_is_kept_in_the_cache_and_not_in_the_root() -> None:
    environment = started(ARM, qemu_aarch64=QEMU["qemu-aarch64"]).environment

    assert environment["PYTHONPYCACHEPREFIX"] == "/cache/bytecode"
    assert environment["PYTHONDONTWRITEBYTECODE"] == ""


def test_the_static_emulator_is_preferred() -> None:
    both = {"qemu_aarch64": QEMU["qemu-aarch64"], "qemu_aarch64_static": PurePosixPath("/b/qemu-aarch64-static")}

    assert started(ARM, **both).argv[0] == "/b/qemu-aarch64-static"


@pytest.mark.parametrize(("root", "host"), [(ARM, "EM_AARCH64"), (I386, "EM_X86_64"), (I386, "EM_386")])
def test_what_runs_here_is_started_by_its_own_loader(root: Root, host: str) -> None:
    found = started(root, host)

    assert found.argv[:2] == (str(root.loader), "--library-path")
    assert found.argv[2] == ":".join(map(str, root.library_folders))
    assert found.argv[3:] == (str(PYTHON), "-s")
    assert "QEMU_LD_PREFIX" not in found.environment


def test_without_home_the_program_finds_its_library_by_itself_whatever_the_user_has_set() -> None:
    found = started(I386)

    assert "PYTHONHOME" not in found.environment
    assert "PYTHONHOME" in found.without


def test_x86_64_does_not_run_on_i386() -> None:
    wide = Root(path=ROOT, program=PYTHON, machine="EM_X86_64", loader=ROOT / "lib64/ld-linux-x86-64.so.2")

    found = start(wide, "EM_386", {}, CACHE)

    assert isinstance(found, Lacking)
    assert "qemu-x86_64-static" in found.message


def test_without_emulator_its_names_are_told_and_how_to_get_one() -> None:
    found = start(ARM, "EM_X86_64", {}, CACHE)

    assert isinstance(found, Lacking)
    assert found.message == (
        "/roots/arm/usr/bin/python3.11 is for AARCH64, and neither qemu-aarch64-static nor qemu-aarch64 is on the PATH"
    )
    assert "qemu-user-static" in found.hint
    assert "no root" in found.hint


def test_a_machine_without_emulator_is_told() -> None:
    found = start(Root(path=ROOT, program=PYTHON, machine="EM_VAX"), "EM_X86_64", {}, CACHE)

    assert found == Lacking(message="/roots/arm/usr/bin/python3.11 is for VAX, and no emulator is known for that")


def test_a_windows_python_is_started_by_wine_with_a_prefix_of_its_own_and_no_window() -> None:
    found = started(WINDOWS, wine=PurePosixPath("/usr/bin/wine"))

    assert found.argv == ("/usr/bin/wine", "/win/python.exe")
    assert found.environment["WINEPREFIX"] == "/cache/wine"
    assert found.environment["WINEDEBUG"] == "-all"
    assert found.environment["PYTHONHOME"] == "Z:\\win"
    assert "DISPLAY" in found.without


def test_an_embeddable_windows_python_knows_its_library() -> None:
    found = started(Root(path=WINDOWS.path, program=WINDOWS.program), wine64=PurePosixPath("/usr/bin/wine64"))

    assert found.argv[0] == "/usr/bin/wine64"
    assert "PYTHONHOME" not in found.environment


def test_without_wine_that_is_told() -> None:
    found = start(WINDOWS, "EM_X86_64", {}, CACHE)

    assert isinstance(found, Lacking)
    assert "there is no wine" in found.message
    assert "wine64" in found.hint


@pytest.mark.parametrize(
    ("machine", "big_endian", "name"),
    [
        ("EM_ARM", False, "qemu-arm-static"), ("EM_386", False, "qemu-i386-static"),
        ("EM_PPC64", False, "qemu-ppc64le-static"), ("EM_PPC64", True, "qemu-ppc64-static"),
        ("EM_S390", True, "qemu-s390x-static"), ("EM_RISCV", False, "qemu-riscv64-static"),
        ("EM_LOONGARCH", False, "qemu-loongarch64-static"),
    ],
)  # fmt: skip
def test_qemu_has_names_of_its_own_for_machines(machine: str, big_endian: bool, name: str) -> None:
    assert emulators_of(Root(path=ROOT, program=PYTHON, machine=machine, big_endian=big_endian))[0] == name


def test_libraries_are_looked_for_in_the_multiarch_folders_first() -> None:
    folders = frozenset(ROOT / name for name in ("lib", "usr/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/python3.11"))

    assert library_folders(folders, ROOT) == (ROOT / "usr/lib/x86_64-linux-gnu", ROOT / "lib", ROOT / "usr/lib")

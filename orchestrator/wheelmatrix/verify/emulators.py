"""How a Python of another machine is started here: by its own loader, under qemu-user or wine. No root needed."""

from collections.abc import Mapping
from pathlib import PurePath

from wheelmatrix.model import Command
from wheelmatrix.model.verified import Lacking
from wheelmatrix.values import dataclass

_QEMU = {
    ("EM_X86_64", False): "x86_64", ("EM_386", False): "i386", ("EM_AARCH64", False): "aarch64",
    ("EM_ARM", False): "arm", ("EM_PPC64", False): "ppc64le", ("EM_PPC64", True): "ppc64", ("EM_S390", True): "s390x",
    ("EM_RISCV", False): "riscv64", ("EM_LOONGARCH", False): "loongarch64",
}  # fmt: skip
"""Machine and byte order to qemu's name. Source: qemu 7.2, `linux-user`."""
_ALSO_RUNS = {"EM_X86_64": frozenset({"EM_386"})}
"""What a kernel for one machine runs of others."""
WINE = ("wine64", "wine", "/usr/lib/wine/wine64")
"""Names of wine, the better one first; Debian's wine64 is not on the PATH."""
_LIBRARY_FOLDERS = ("lib", "usr/lib", "lib64", "usr/lib64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """What was found in a directory with a Python of another machine."""

    path: PurePath
    """The directory, absolute."""
    program: PurePath
    """The Python in it, absolute."""
    machine: str = ""
    """`e_machine` of the program by name; empty: it is a Windows program."""
    big_endian: bool = False
    loader: PurePath | None = None
    """The program's loader in this directory; None: it is not there."""
    library_folders: tuple[PurePath, ...] = ()
    """Those in which a loader has to look, absolute."""
    home: PurePath | None = None
    """What PYTHONHOME has to say; None: the program finds its library by itself."""


def emulators_of(root: Root) -> tuple[str, ...]:
    """Return the programs that could start the root's Python, the best one first; empty if none is known."""
    if not root.machine:
        return WINE
    name = _QEMU.get((root.machine, root.big_endian))
    return (f"qemu-{name}-static", f"qemu-{name}") if name else ()


def library_folders(folders: frozenset[PurePath], root: PurePath) -> tuple[PurePath, ...]:
    """Return where a loader finds a distribution's libraries, of all `folders` that there are; multiarch ones first."""
    usual = [root / name for name in _LIBRARY_FOLDERS]
    deeper = sorted(folder for folder in folders if folder.parent in usual and "-linux-" in folder.name)
    return (*deeper, *(folder for folder in usual if folder in folders))


def start(root: Root, host_machine: str, programs: Mapping[str, PurePath], cache: PurePath) -> Command | Lacking:
    """Return what starts the root's Python, or what is missing for that.

    `programs`: emulators that are here, by the names that `emulators_of` gave. `cache`: directory for bytecode and
    wine's own files, so that nothing is written to the root and the second start is quick.
    """
    name = next((name for name in emulators_of(root) if name in programs), None)
    if not root.machine:
        return _under_wine(root, programs[name], cache) if name else _no_wine(root)
    runs_here = root.machine == host_machine or root.machine in _ALSO_RUNS.get(host_machine, ())
    if runs_here and root.loader is not None:
        folders = ":".join(map(str, root.library_folders))
        return _command((str(root.loader), "--library-path", folders, str(root.program), "-s"), root, cache, {})
    if name is None:
        return _no_qemu(root)
    argv = (str(programs[name]), "-L", str(root.path), str(root.program), "-s")
    return _command(argv, root, cache, {"QEMU_LD_PREFIX": str(root.path)})


def _command(argv: tuple[str, ...], root: Root, cache: PurePath, environment: Mapping[str, str]) -> Command:
    home = {"PYTHONHOME": str(root.home)} if root.home else {}
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(cache / "bytecode")}
    return Command(
        argv=argv,
        environment={**environment, **home, **kept},
        directory=root.path,
        without=frozenset({"PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME", "LD_LIBRARY_PATH", "LD_PRELOAD"}) - home.keys(),
    )


def _under_wine(root: Root, wine: PurePath, cache: PurePath) -> Command:
    """Return the call under wine, with a prefix of its own and no window, whatever goes wrong.

    Its streams have to be pipes: Python 3.14 does not start with a file as its output there.
    """
    home = {"PYTHONHOME": f"Z:{str(root.home).replace('/', chr(92))}"} if root.home else {}
    own = {
        "WINEPREFIX": str(cache / "wine"),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Command(
        argv=(str(wine), str(root.program)),
        environment={**own, **home},
        directory=root.path,
        without=frozenset({"PYTHONPATH", "PYTHONHOME", "DISPLAY", "WAYLAND_DISPLAY"}) - home.keys(),
    )


def _no_wine(root: Root) -> Lacking:
    hint = "install wine (Debian: wine64), or have it on the PATH"
    return Lacking(message=f"{root.program} is a Windows program, and there is no wine here", hint=hint)


def _no_qemu(root: Root) -> Lacking:
    names = emulators_of(root)
    machine = root.machine.removeprefix("EM_")
    if not names:
        return Lacking(message=f"{root.program} is for {machine}, and no emulator is known for that")
    return Lacking(
        message=f"{root.program} is for {machine}, and neither {' nor '.join(names)} is on the PATH",
        hint="install qemu-user-static, or unpack it and put its folder on the PATH; it needs no root and no binfmt",
    )

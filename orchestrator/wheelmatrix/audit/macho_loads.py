"""Which libraries a Mach-O image may be linked to: those of macOS, and those that the wheel brings along."""

from collections.abc import Iterator

from wheelmatrix.audit.macho import Slice
from wheelmatrix.audit.macho_commands import Load
from wheelmatrix.values import dataclass

_IN_PROGRAM, _IN_RPATH, _BESIDE = "@executable_path/", "@rpath/", "@loader_path/"
_DELOCATED = "/DLC/"
"""What delocate puts before the install names of libraries that it copied, so that no two are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """What is to be said of the libraries that an image is linked to."""

    graft: tuple[str, ...]
    """Paths of libraries that only the machine has that built it: they would have to be copied into the wheel."""
    problems: tuple[str, ...]
    """Why dyld finds a library nowhere, be it copied or not."""
    warnings: tuple[str, ...]


def judge_loads(one: Slice, allowed: frozenset[str], bundled: frozenset[str]) -> Loads:
    """Return what keeps the libraries that the image is linked to from being found on every macOS.

    `allowed` are paths that every macOS has, or, with a slash at the end, directories of such. `bundled` are the file
    names in the same wheel. dyld goes on without a weak library, so those are warnings.
    """
    graft: list[str] = []
    problems: list[str] = []
    warnings: list[str] = []
    for load in one.loads:
        if _is_found(load, one, allowed, bundled):
            continue
        if load.kind == "weak":
            warnings.append(f"it uses {load.path} if that is there, which is neither in macOS nor in the wheel")
        elif load.path.startswith((_IN_RPATH, "/")):
            graft.append(load.path)
        else:
            problems.append(_nowhere(load.path))
    return Loads(
        graft=tuple(dict.fromkeys(graft)), problems=tuple(dict.fromkeys(problems)), warnings=tuple(warnings)
    )  # fmt: skip


def path_problems(one: Slice, allowed: frozenset[str]) -> Iterator[str]:
    """Return the install name if it is a path of the machine that built the image."""
    if one.install_name.startswith("/") and not _is_under(one.install_name, allowed | {_DELOCATED}):
        yield (
            f"its install name {one.install_name} is a path of the machine that built it: link it with "
            f"-install_name {_IN_RPATH}{one.install_name.rpartition('/')[2]}"
        )


def path_warnings(one: Slice, allowed: frozenset[str]) -> Iterator[str]:
    """Return each LC_RPATH that is of the machine that built the image."""
    for path in one.rpaths:
        if not path.startswith("@") and not _is_under(f"{path}/", allowed):
            yield f"its LC_RPATH names {path or 'the current directory'!r}, which is of the machine that built it"


def _is_found(load: Load, one: Slice, allowed: frozenset[str], bundled: frozenset[str]) -> bool:
    path = load.path
    if path.startswith("/"):
        return _is_under(path, allowed)
    if path.startswith((_IN_RPATH, _BESIDE)) or (path.startswith(_IN_PROGRAM) and one.kind == "MH_EXECUTE"):
        if path.rpartition("/")[2] in bundled:
            return True
        # Swift's libraries are such: @rpath is /usr/lib/swift where macOS has them.
        return path.startswith(_IN_RPATH) and any(_is_under(f"{rpath}/", allowed) for rpath in one.rpaths)
    return False


def _is_under(path: str, allowed: frozenset[str]) -> bool:
    return "/../" not in path and any(path.startswith(one) if one.endswith("/") else path == one for one in allowed)


def _nowhere(path: str) -> str:
    if path.startswith(_BESIDE):
        return f"it needs {path}, and no file of that name is in the wheel"
    if path.startswith(_IN_PROGRAM):
        return f"it needs {path}, a place beside the program, which is Python itself"
    return f"it needs {path!r}, which dyld looks for in the current directory: give it an install name"

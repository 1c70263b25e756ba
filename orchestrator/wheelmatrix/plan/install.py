"""What to type to install a GNU cross compiler, in the words of the package manager that is here."""

from collections.abc import Mapping
from pathlib import PurePath


def to_install(prefix: str, programs: Mapping[str, PurePath]) -> str:
    """Return the command that installs the cross compiler `prefix`-gcc; without a known manager, Debian's name."""
    is_mingw = prefix.endswith("mingw32")
    arch = prefix.partition("-")[0]
    dashed = prefix.replace("_", "-")
    debian = f"gcc-mingw-w64-{arch.replace('_', '-')}" if is_mingw else f"gcc-{dashed}"
    words = {
        "apt-get": f"apt-get install {debian}",
        "dnf": f"dnf install {'mingw64-gcc' if arch == 'x86_64' else 'mingw32-gcc'}" if is_mingw
        else f"dnf install gcc-{prefix}",
        "pacman": "pacman -S mingw-w64-gcc" if is_mingw else f"pacman -S {prefix}-gcc",
        "zypper": f"zypper install {'mingw64-cross-gcc' if is_mingw else f'cross-{arch}-gcc14'}",
        "apk": "apk add mingw-w64-gcc" if is_mingw else "",
        "brew": "brew install mingw-w64" if is_mingw else "",
    }  # fmt: skip
    return next((words[name] for name in words if name in programs and words[name]), f"install {debian}")


MANAGERS = ("apt-get", "dnf", "pacman", "zypper", "apk", "brew")
"""Programs that `to_install` knows."""

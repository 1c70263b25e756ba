"""What to type to install a GNU cross compiler, in the words of the package manager that is here."""

from collections.abc import Mapping
from pathlib import PurePath

MANAGERS = ("apt-get", "dnf", "pacman", "zypper", "apk", "brew")
"""Programs that `to_install` knows; the first that is here is asked."""


def to_install(prefix: str, programs: Mapping[str, PurePath]) -> str:
    """Return the command that installs the cross compiler `prefix`-gcc; without a known manager, Debian's name.

    Empty if the manager that is here has none that brings a libc.
    """
    is_mingw = prefix.endswith("mingw32")
    arch = prefix.partition("-")[0]
    bits = "64" if arch == "x86_64" else "32"
    debian = f"gcc-mingw-w64-{arch.replace('_', '-')}" if is_mingw else f"gcc-{prefix.replace('_', '-')}"
    words = {
        "apt-get": f"apt-get install {debian}",
        "dnf": f"dnf install mingw{bits}-gcc" if is_mingw else "",
        "pacman": "pacman -S mingw-w64-gcc" if is_mingw else f"pacman -S {prefix}-gcc",
        "zypper": f"zypper install mingw{bits}-cross-gcc" if is_mingw else "",
        "apk": "apk add mingw-w64-gcc" if is_mingw else "",
        "brew": "brew install mingw-w64" if is_mingw else "",
    }
    manager = next((name for name in MANAGERS if name in programs), "")
    return words.get(manager, f"install {debian}")

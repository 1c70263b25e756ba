"""The one registry of platforms: a new system is a file (or a value in one) and a line here."""

from wheelmatrix.platforms.linux import ANDROID, LINUX
from wheelmatrix.platforms.macos import IOS, MACOS
from wheelmatrix.platforms.platform import Platform
from wheelmatrix.platforms.unix import (
    AIX,
    DRAGONFLY,
    EMSCRIPTEN,
    FREEBSD,
    HAIKU,
    HURD,
    ILLUMOS,
    NETBSD,
    OPENBSD,
    SOLARIS,
    WASI,
)
from wheelmatrix.platforms.windows import WINDOWS

PLATFORMS: dict[str, Platform] = {
    "aix": AIX,
    "android": ANDROID,
    "dragonfly": DRAGONFLY,
    "emscripten": EMSCRIPTEN,
    "freebsd": FREEBSD,
    "haiku": HAIKU,
    "hurd": HURD,
    "illumos": ILLUMOS,
    "ios": IOS,
    "linux": LINUX,
    "macos": MACOS,
    "netbsd": NETBSD,
    "openbsd": OPENBSD,
    "solaris": SOLARIS,
    "wasi": WASI,
    "windows": WINDOWS,
}

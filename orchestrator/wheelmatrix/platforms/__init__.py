"""Facts that differ by system, and the rules that they feed: suffixes, platform tags, flags, targets."""

from wheelmatrix.platforms.asked import host_target, parse_target
from wheelmatrix.platforms.link import libc_soname, library_name, rustc_args, rustflags
from wheelmatrix.platforms.platform import Platform
from wheelmatrix.platforms.registry import PLATFORMS
from wheelmatrix.platforms.suffix import extension_suffix, stable_suffix, why_absent
from wheelmatrix.platforms.tag import LEGACY_GLIBC, earned_floor, floor_name, lowest_floor, platform_tags

__all__ = [
    "LEGACY_GLIBC",
    "PLATFORMS",
    "Platform",
    "earned_floor",
    "extension_suffix",
    "floor_name",
    "host_target",
    "libc_soname",
    "library_name",
    "lowest_floor",
    "parse_target",
    "platform_tags",
    "rustc_args",
    "rustflags",
    "stable_suffix",
    "why_absent",
]

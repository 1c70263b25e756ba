from pathlib import PurePath

import pytest

from wheelmatrix.plan.install import MANAGERS, to_install

ARM, HARD, MINGW, MINGW32 = "aarch64-linux-gnu", "arm-linux-gnueabihf", "x86_64-w64-mingw32", "i686-w64-mingw32"


@pytest.mark.parametrize(
    ("manager", "prefix", "words"),
    [
        ("", ARM, "install gcc-aarch64-linux-gnu"),
        ("", "x86_64-linux-gnu", "install gcc-x86-64-linux-gnu"),
        ("", MINGW, "install gcc-mingw-w64-x86-64"),
        ("apt-get", ARM, "apt-get install gcc-aarch64-linux-gnu"),
        ("apt-get", HARD, "apt-get install gcc-arm-linux-gnueabihf"),
        ("apt-get", MINGW, "apt-get install gcc-mingw-w64-x86-64"),
        ("apt-get", MINGW32, "apt-get install gcc-mingw-w64-i686"),
        ("dnf", MINGW, "dnf install mingw64-gcc"),
        ("dnf", MINGW32, "dnf install mingw32-gcc"),
        ("dnf", ARM, ""),
        ("pacman", ARM, "pacman -S aarch64-linux-gnu-gcc"),
        ("pacman", MINGW32, "pacman -S mingw-w64-gcc"),
        ("zypper", MINGW, "zypper install mingw64-cross-gcc"),
        ("zypper", MINGW32, "zypper install mingw32-cross-gcc"),
        ("zypper", ARM, ""),
        ("apk", MINGW, "apk add mingw-w64-gcc"),
        ("apk", ARM, ""),
        ("brew", MINGW, "brew install mingw-w64"),
        ("brew", ARM, ""),
    ],
)
def test_each_package_manager_has_its_own_words(manager: str, prefix: str, words: str) -> None:
    programs = {manager: PurePath("/usr/bin") / manager} if manager else {"zig": PurePath("/usr/bin/zig")}

    assert to_install(prefix, programs) == words


def test_of_two_managers_the_systems_own_comes_before_an_added_one() -> None:
    both = {name: PurePath("/x") / name for name in ("brew", "apt-get")}

    assert to_install(MINGW, both).startswith("apt-get ")
    assert all(to_install(MINGW, {name: PurePath(name)}).startswith(name) for name in MANAGERS)

"""One run on Linux makes the wheels of every platform, and what can be emulated is imported before it may leave."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.tags import Tag, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename
from tests import toolchain
from tests.e2e.crates import copy_crate, copy_example
from tests.e2e.program import Project

pytestmark = pytest.mark.slow

EMULATED = {
    "aarch64-unknown-linux-gnu.2.17": "cp311-aarch64",
    "armv7-unknown-linux-gnueabihf.2.17": "cp311-armv7l",
    "i686-unknown-linux-gnu.2.17": "cp311-i686",
    "powerpc64le-unknown-linux-gnu.2.19": "cp311-ppc64le",
    "s390x-unknown-linux-gnu.2.17": "cp311-s390x",
    "x86_64-pc-windows-gnu": "cp311-win_amd64",
}
"""Target to the Python that imports its wheels here."""
STATIC = ("x86_64-unknown-linux-musl", "universal2-apple-darwin")
"""Targets whose wheels no Python here can import."""
NATIVE = "x86_64-unknown-linux-gnu.2.17"
TRIPLES = (
    *(target.partition(".")[0] for target in (*EMULATED, NATIVE)),
    "x86_64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin",
)  # fmt: skip
GLIBC = range(17, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What one run wrote and said."""

    wheels: Mapping[str, Path]
    """By cell or ABI and platform: `abi3-cp310-win_amd64`."""
    tiers: Mapping[str, str]
    """The highest tier that each wheel passed."""


@pytest.fixture(scope="module")
def box() -> Mapping[str, str]:
    """Give the variables of a Rust with std for every target of this file, and zig on the PATH."""
    rust = toolchain.rust(toolchain.default_directory(), TRIPLES)
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    return {"RUSTC": str(rust.rustc), "PATH": path, "WHEELMATRIX_CACHE_DIR": str(toolchain.default_directory() / "own")}


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory, box: Mapping[str, str]) -> Project:
    """Give the example crate, which binds with the real pyo3."""
    return Project(copy_example(tmp_path_factory.mktemp("cross")), box)


def python_options(names: Sequence[str]) -> list[str]:
    found = toolchain.provide(toolchain.default_directory(), names)
    return [word for python in found.values() for word in ("--python-root", str(python.executable))]


def made(project: Project, *arguments: str) -> Made:
    ran = project.run("build", "--json", "--verify", *arguments, longest_s=1800)
    assert ran.code == 0, ran.err + ran.out[-3000:]
    events = [json.loads(line) for line in ran.out.splitlines()]
    written = {each["wheel"]: Path(each["path"]) for each in events if each["event"] == "wheel.written"}
    tiers = {each["wheel"]: each["tier"] for each in events if each["event"] == "wheel.verified"}
    return Made(wheels=written, tiers=tiers)


@pytest.fixture(scope="module")
def matrix(hello: Project) -> Made:
    """Build one abi3 wheel for each target."""
    targets = [word for target in (*EMULATED, NATIVE, *STATIC) for word in ("--target", target)]
    return made(hello, "-i", "3.11", "-F", "pyo3/abi3-py310", *targets, *python_options(list(EMULATED.values())))


PLATFORMS = {
    "abi3-cp310-manylinux_2_17_aarch64": [f"manylinux_2_{minor}_aarch64" for minor in GLIBC],
    "abi3-cp310-manylinux_2_17_armv7l": [f"manylinux_2_{minor}_armv7l" for minor in GLIBC],
    "abi3-cp310-manylinux_2_17_i686": [f"manylinux_2_{minor}_i686" for minor in GLIBC],
    "abi3-cp310-manylinux_2_19_ppc64le": [f"manylinux_2_{minor}_ppc64le" for minor in GLIBC],
    "abi3-cp310-manylinux_2_17_s390x": [f"manylinux_2_{minor}_s390x" for minor in GLIBC],
    "abi3-cp310-manylinux_2_17_x86_64": [f"manylinux_2_{minor}_x86_64" for minor in GLIBC],
    "abi3-cp310-musllinux_x86_64": ["musllinux_1_2_x86_64"],
    "abi3-cp310-win_amd64": ["win_amd64"],
    "abi3-cp310-macosx_universal2": [],
}
"""Wheel to the platform tags of a machine of its kind; of universal2 two machines, see below."""


def accepts(platforms: Sequence[str], wheel: Path, python: tuple[int, int] = (3, 12)) -> bool:
    """Return whether an installer on a machine with these platform tags takes the wheel."""
    known: set[Tag] = set(cpython_tags(python, platforms=platforms))
    return bool(known & parse_wheel_filename(wheel.name)[3])


def test_each_target_has_its_wheel_and_a_machine_of_its_kind_takes_it(matrix: Made) -> None:
    assert matrix.wheels.keys() == PLATFORMS.keys()
    takes = {wheel: accepts(platforms, matrix.wheels[wheel]) for wheel, platforms in PLATFORMS.items() if platforms}
    assert takes == dict.fromkeys(takes, True)


@pytest.mark.parametrize(("version", "arch"), [((10, 12), "x86_64"), ((11, 0), "arm64"), ((15, 0), "arm64")])
def test_both_kinds_of_mac_take_the_universal_wheel(matrix: Made, version: tuple[int, int], arch: str) -> None:
    wheel = matrix.wheels["abi3-cp310-macosx_universal2"]

    assert accepts(list(mac_platforms(version, arch)), wheel)


def test_an_older_mac_does_not_take_it(matrix: Made) -> None:
    assert not accepts(list(mac_platforms((10, 11), "x86_64")), matrix.wheels["abi3-cp310-macosx_universal2"])


def test_foreign_wheels_were_imported_before_they_left(matrix: Made) -> None:
    imported = {wheel for wheel, tier in matrix.tiers.items() if tier == "import"}

    cannot = {"abi3-cp310-musllinux_x86_64", "abi3-cp310-macosx_universal2"}
    assert imported == PLATFORMS.keys() - cannot
    assert {matrix.tiers[wheel] for wheel in cannot} == {"loader"}


def test_no_wheel_contains_a_path_of_the_machine_that_built_it(matrix: Made, hello: Project) -> None:
    home = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo")).encode()
    for wheel in matrix.wheels.values():
        with zipfile.ZipFile(wheel) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
        assert home not in content, wheel.name
        assert str(hello.folder).encode() not in content, wheel.name


def test_auditwheel_agrees_about_the_floor(matrix: Made) -> None:
    for wheel, expected in (
        ("abi3-cp310-manylinux_2_17_aarch64", "manylinux_2_17_aarch64"),
        ("abi3-cp310-manylinux_2_17_s390x", "manylinux_2_17_s390x"),
        ("abi3-cp310-manylinux_2_17_x86_64", "manylinux_2_"),  # of the host auditwheel finds an even lower one
    ):
        command = [sys.executable, "-m", "auditwheel", "show", str(matrix.wheels[wheel])]
        said = subprocess.run(command, text=True, capture_output=True, check=True).stdout
        assert expected in said.replace("\n", " "), said


def test_abi3audit_agrees_about_the_stable_abi(matrix: Made) -> None:
    for wheel in matrix.wheels.values():
        command = [sys.executable, "-m", "abi3audit", "--strict", "--report", str(wheel)]
        done = subprocess.run(command, text=True, capture_output=True, check=False)
        assert done.returncode == 0, f"{wheel.name}: {done.stderr}{done.stdout}"


def test_an_unchanged_matrix_compiles_nothing(matrix: Made, hello: Project) -> None:
    targets = [word for target in (*EMULATED, NATIVE, *STATIC) for word in ("--target", target)]

    ran = hello.run("build", "--json", "-i", "3.11", "-F", "pyo3/abi3-py310", *targets, longest_s=600)

    events = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert [each for each in events if each["event"] == "unit.finished" and not each["fresh"]] == []
    assert {each["unchanged"] for each in events if each["event"] == "wheel.written"} == {True}
    assert len(matrix.wheels) == sum(each["event"] == "wheel.written" for each in events)


def test_windows_wheels_of_one_python_are_imported_with_and_without_the_gil(hello: Project) -> None:
    roots = python_options(["cp311-win_amd64", "cp314t-win_amd64"])

    found = made(hello, "-i", "3.11", "3.14t", "--target", "win_amd64", *roots)

    assert found.tiers == {"cp311-win_amd64": "import", "cp314t-win_amd64": "import"}


def test_wheels_of_pythons_that_are_not_installed_are_imported_in_unpacked_ones(hello: Project) -> None:
    roots = python_options(["cp313-x86_64", "cp314-x86_64", "cp315-x86_64", "pp311-x86_64"])

    found = made(hello, "-i", "3.13", "3.14", "3.15", "pypy3.11_pp73", "--target", NATIVE, *roots)

    assert found.tiers == {
        f"{python}-manylinux_2_17_x86_64": "import" for python in ("cp313", "cp314", "cp315", "pp311_pp73")
    }  # fmt: skip


@pytest.fixture
def project_with_new_symbol(tmp_path: Path, box: Mapping[str, str]) -> Project:
    """Give a crate that calls a function of glibc 2.28 where that is the floor."""
    project = Project(copy_crate("tiny", tmp_path / "crates"), {**box, "CARGO_NET_OFFLINE": "true"})
    library = (project.folder / "src/lib.rs").read_text()
    project.write(
        "src/lib.rs",
        library + '\n#[cfg(new_glibc)]\nextern "C" { fn fcntl64(fd: i32, command: i32, ...) -> i32; }\n'
        '#[cfg(new_glibc)]\n#[no_mangle]\npub extern "C" fn flags_of(fd: i32) -> i32 { unsafe { fcntl64(fd, 1) } }\n',
    )
    project.configure('[[tool.wheelmatrix.overrides]]\nselect = "*-manylinux_2_28_*"\nrustflags = ["--cfg=new_glibc"]')
    return project


def test_two_floors_of_one_triple_are_built_side_by_side(project_with_new_symbol: Project) -> None:
    ran = project_with_new_symbol.build(
        "-i", "3.11", "--target", "aarch64-unknown-linux-gnu.2.17", "--target", "aarch64-unknown-linux-gnu.2.28"
    )

    assert ran.code == 0, ran.err
    low, high = sorted(ran.wheels)
    assert "manylinux_2_17_aarch64" in low
    assert "manylinux_2_28_aarch64" in high
    again = project_with_new_symbol.build(
        "--json", "-i", "3.11", "--target", "manylinux_2_17_aarch64", "--target", "manylinux_2_28_aarch64"
    )
    assert '"fresh": false' not in again.out


@pytest.fixture
def project_with_a_macro(tmp_path: Path, box: Mapping[str, str]) -> Project:
    """Give a crate with a proc macro, which needs a library that is compiled for the host."""
    project = Project(copy_crate("tiny", tmp_path / "crates"), {**box, "CARGO_NET_OFFLINE": "true"})
    for name, rest in {
        "shared": "",
        "made": '[lib]\nproc-macro = true\n[dependencies]\nshared = {path = "../shared"}\n',
    }.items():
        project.write(f"{name}/Cargo.toml", f'[package]\nname = "{name}"\nversion = "1.0.0"\nedition = "2021"\n{rest}')
        project.write(f"{name}/src/lib.rs", "")
    project.replace("Cargo.toml", "[dependencies]", '[dependencies]\nmade = {path = "made"}')
    (project.folder / "Cargo.lock").unlink(missing_ok=True)
    return project


def test_what_runs_on_the_host_is_compiled_once_for_all_that_zig_links(project_with_a_macro: Project) -> None:
    """Also where one of the targets is the host itself, whose linker cargo would take for the host's libraries."""
    targets = (NATIVE, "aarch64-unknown-linux-gnu.2.17", "s390x-unknown-linux-gnu.2.17")

    ran = project_with_a_macro.build("--json", "-i", "3.11", *(f"--target={target}" for target in targets))

    assert ran.code == 0, ran.err
    events = [json.loads(line) for line in ran.out.splitlines()]
    compiled = [each["unit"] for each in events if each["event"] == "unit.finished" and not each["fresh"]]
    assert {name: compiled.count(name) for name in compiled if name.startswith(("shared", "made", "tiny"))} == {
        "shared v1.0.0": 1,
        "made v1.0.0": 1,
        "tiny v0.1.0": 3,
    }


PROGRAMS = {
    "x86_64-unknown-linux-musl": ("musllinux_1_2_x86_64", ""),
    "aarch64-unknown-linux-gnu.2.17": ("manylinux2014_aarch64.manylinux_2_17_aarch64", ""),
    "x86_64-pc-windows-gnu": ("win_amd64", ".exe"),
    "universal2-apple-darwin": ("macosx_10_12_universal2.macosx_10_12_x86_64.macosx_11_0_arm64", ""),
}
"""Target to the tag that programs earn there, and how their names end."""


def test_programs_are_linked_for_every_platform_and_static_ones_run_here(
    tmp_path: Path, box: Mapping[str, str]
) -> None:
    crate = Project(copy_crate("tiny-bin", tmp_path / "crates"), {**box, "CARGO_NET_OFFLINE": "true"})

    ran = crate.build("--verify=static", *(f"--target={target}" for target in PROGRAMS))

    assert ran.code == 0, ran.err
    assert sorted(ran.wheels) == sorted(f"tiny_bin-0.1.0-py3-none-{tag}.whl" for tag, _ in PROGRAMS.values())
    for tag, ending in PROGRAMS.values():
        with zipfile.ZipFile(crate.folder / "dist" / f"tiny_bin-0.1.0-py3-none-{tag}.whl") as archive:
            scripts = {name.rpartition("/")[2] for name in archive.namelist() if ".data/scripts/" in name}
            assert scripts == {f"tiny-bin{ending}", f"tiny-other{ending}"}
            if "musllinux" in tag:
                place = Path(archive.extract("tiny_bin-0.1.0.data/scripts/tiny-bin", tmp_path))
    place.chmod(0o755)
    done = subprocess.run([place, "a"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["tiny-bin", "a"]

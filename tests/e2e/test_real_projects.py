"""Published projects, built from their sdists: the wheels agree with maturin's, install with pip, and are imported.

What was expected lies in `real/`: members, modes, hashes and metadata as maturin 1.16.0 made them. The library itself
may differ in its bytes, not in its mode, and by no more than a quarter in size.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from email.parser import BytesParser
from pathlib import Path

import pytest
from tests import toolchain

REAL = Path(__file__).parent / "real"
TOOLCHAIN_PYTHONS = ("cp314-x86_64", "cp315-x86_64", "pp311-x86_64")
PROJECTS = {  # sdist, options, stems of all wheels, import that proves it
    "rpds-py": (
        ("-i", "3.11", "3.12", "3.13", "3.14", "3.15", "pypy3.11"),
        "import rpds; assert rpds.HashTrieMap({1: 2})[1] == 2",
        (),
    ),
    "bencode-rs": (
        ("--all-interpreters",),
        "import bencode_rs; assert bencode_rs.bencode({'a': 1}) == b'd1:ai1ee'",
        (),
    ),
    "watchfiles": (
        ("--all-interpreters", "--skip", "cp3{14,15}t-*"),
        "import watchfiles; assert watchfiles.Change.added == 1",
        ("anyio", "idna"),
    ),
}
PROGRAMS = {"ripgrep": ("rg", "--version", "ripgrep 15.1.0")}  # sdist, program, option, what it says then
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pythons(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every Python there is to import with, by `cp312`, `pp311`: those of the machine, and those of packages."""
    found = {}
    listed = subprocess.run(
        [sys.executable, "-m", "wheelmatrix", "list-python", "--format", "json"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    for each in json.loads(listed.stdout)["pythons"]:
        prefix = {"cpython": "cp", "pypy": "pp"}.get(each["implementation"])
        if prefix and not each["free_threaded"]:
            major, minor = each["version"]
            found[f"{prefix}{major}{minor}"] = Path(each["executable"])
    unpacked = toolchain.provide(toolchain.default_directory(), TOOLCHAIN_PYTHONS)
    for name, python in unpacked.items():
        found.setdefault(name.partition("-")[0], python.executable)
    return found


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    name: str = request.param
    scratch = tmp_path_factory.mktemp(name)
    expected = json.loads((REAL / f"{name}.json").read_text())
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
         "--no-build-isolation", f"{name}=={expected['version']}", "-d", str(scratch)],
        check=True,
    )  # fmt: skip
    with tarfile.open(next(scratch.glob("*.tar.gz"))) as archive:
        archive.extractall(scratch, filter="data")
    project = next(path for path in scratch.iterdir() if path.is_dir())
    done = subprocess.run(
        [sys.executable, "-m", "wheelmatrix", "build", *(PROJECTS[name][0] if name in PROJECTS else ())],
        cwd=project, capture_output=True, text=True, env={**os.environ, **toolchain_at_hand()},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    return name, project / "dist"


def toolchain_at_hand() -> dict[str, str]:
    """Choose the toolchain that is active outside of the project: its rust-toolchain file may name one not here."""
    if shutil.which("rustup") is None or "RUSTUP_TOOLCHAIN" in os.environ:
        return {}
    active = subprocess.run(["rustup", "show", "active-toolchain"], cwd="/", capture_output=True, text=True)
    return {"RUSTUP_TOOLCHAIN": active.stdout.split(" ")[0].strip()}


all_projects = pytest.mark.parametrize("built", PROJECTS, indirect=True)
all_programs = pytest.mark.parametrize("built", PROGRAMS, indirect=True)


@pytest.mark.parametrize("built", [*PROJECTS, *PROGRAMS], indirect=True)
def test_members_and_metadata_agree_with_maturin(built: tuple[str, Path]) -> None:
    name, dist = built
    expected = json.loads((REAL / f"{name}.json").read_text())["wheels"]
    wheels = {stem_of(path): path for path in dist.glob("*.whl")}

    assert set(expected) <= set(wheels)
    for stem, facts in expected.items():
        assert list(differences(wheels[stem], facts)) == []


@pytest.mark.parametrize("built", [*PROJECTS, *PROGRAMS], indirect=True)
def test_sdists_agree_with_maturin_byte_by_byte(built: tuple[str, Path]) -> None:
    """From what is unpacked of an sdist, PKG-INFO and all, with wheels lying where the sdist will."""
    name, dist = built
    expected = json.loads((REAL / f"{name}.json").read_text())["sdist"]
    argv = [sys.executable, "-m", "wheelmatrix", "sdist"]
    subprocess.run(argv, cwd=dist.parent, check=True, env={**os.environ, **toolchain_at_hand()})
    (made,) = dist.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        read = {each: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]  # all are files
    found = {each.name: f"{each.mode:#o} {hashlib.sha256(text).hexdigest()}" for each, text in read.items()}
    unread = [name for name, text in expected["members"].items() if text.endswith("None")]  # binary files
    metadata = [name for name in found if name.endswith("/PKG-INFO")]  # whose headers have another order

    assert made.name == expected["filename"]
    assert found.keys() == expected["members"].keys()
    for name in found.keys() - {*unread, *metadata}:
        assert found[name] == expected["members"][name], name


@all_projects
def test_wheels_install_with_pip_and_import_on_every_python(
    built: tuple[str, Path], pythons: dict[str, Path], tmp_path: Path
) -> None:
    name, dist = built
    _, proof, needs = PROJECTS[name]
    proved = []
    for wheel in sorted(dist.glob("*.whl")):
        for tag, python in served(wheel, pythons):
            place = tmp_path / f"{wheel.stem}-{tag}"
            install(wheel, place, needs)
            environment = {**os.environ, "PYTHONPATH": str(place)}
            subprocess.run([python, "-S", "-c", proof], check=True, env=environment, cwd=tmp_path)
            proved.append(tag)

    assert len(proved) >= 3


@all_programs
def test_programs_install_with_pip_and_run(built: tuple[str, Path], tmp_path: Path) -> None:
    name, dist = built
    program, option, said = PROGRAMS[name]
    (wheel,) = dist.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(tmp_path)]
    subprocess.run([*pip, str(wheel)], check=True)
    done = subprocess.run([tmp_path / "bin" / program, option], check=True, capture_output=True, text=True)

    assert done.stdout.startswith(said)


def install(wheel: Path, place: Path, needs: tuple[str, ...]) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place)]
    plain = re.fullmatch(r"(\w+?)(\d)(\d+)", wheel.name.split("-")[2].split(".")[0])
    assert plain is not None
    abi, platform = wheel.name.split("-")[3], wheel.name.removesuffix(".whl").split("-")[4]
    version = f"{plain[2]}.{plain[3]}"
    tags = ["--implementation", plain[1], "--python-version", version, "--abi", abi, "--only-binary", ":all:"]
    subprocess.run([*pip, *tags, "--platform", platform.split(".")[0], str(wheel)], check=True)
    if needs:
        subprocess.run([*pip, *needs], check=True)


def served(wheel: Path, pythons: dict[str, Path]) -> Iterator[tuple[str, Path]]:
    python_tag, abi_tag = wheel.name.split("-")[2:4]
    for tag, python in pythons.items():
        is_newer = abi_tag == "abi3" and tag.startswith("cp") and int(tag[3:]) >= int(python_tag[3:])
        if (tag == python_tag and not abi_tag.endswith(("t", "pp80"))) or is_newer:  # the PyPy of packages is 7.3
            yield tag, python


def stem_of(wheel: Path) -> str:
    return "-".join(wheel.name.split("-")[:4])


def differences(wheel: Path, expected: dict[str, object]) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as archive:
        found = {info.filename: (info.external_attr >> 16 & 0o777, archive.read(info)) for info in archive.infolist()}
    wanted = {name: (mode, size, digest) for name, mode, size, digest in expected["members"]}  # type: ignore[attr-defined]
    found = {name: each for name, each in found.items() if ".dist-info/sboms/" not in name}  # may differ
    yield from (f"only here: {name}" for name in found.keys() - wanted.keys())
    yield from (f"missing: {name}" for name in wanted.keys() - found.keys())
    for name in found.keys() & wanted.keys():
        (mode, content), (wanted_mode, size, digest) = found[name], wanted[name]
        if mode != wanted_mode:
            yield f"{name}: mode {mode:o}, expected {wanted_mode:o}"
        if digest and hashlib.sha256(content).hexdigest() != digest:
            yield f"{name}: other content"
        if name.endswith(".so") and abs(len(content) - size) > size / 4:
            yield f"{name}: {len(content)} bytes, expected about {size}"
    info = next(name.rpartition("/")[0] for name in found if name.endswith(".dist-info/METADATA"))
    yield from metadata_differences(found[f"{info}/METADATA"][1], expected)
    points = ConfigParser(delimiters=("=",))
    points.read_string(found.get(f"{info}/entry_points.txt", (0, b""))[1].decode())
    if {section: dict(points[section]) for section in points.sections()} != expected["entry_points"]:
        yield "other entry points"


def metadata_differences(text: bytes, expected: dict[str, object]) -> Iterator[str]:
    message = BytesParser().parsebytes(text)
    ours = sorted((name.lower(), value) for name, value in message.items())
    theirs = sorted((name.lower(), value) for name, value in expected["headers"])  # type: ignore[attr-defined]
    yield from (f"only here: {each}" for each in ours if each not in theirs)
    yield from (f"missing: {each}" for each in theirs if each not in ours)
    body = text.partition(b"\n\n")[2].strip()
    if hashlib.sha256(body).hexdigest() != expected["body_sha256"]:
        yield "another readme"

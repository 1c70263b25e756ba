import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.run.recorded import build

from wheelmatrix.audit.elf import read
from wheelmatrix.errors import ToolMissing
from wheelmatrix.events import Warned, WheelWritten

pytest.importorskip("repairwheel", reason="pip install repairwheel")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="grafting is tested where libraries are ELF"),
    pytest.mark.skipif(shutil.which("cc") is None, reason="cc is missing: install a C compiler"),
]

BUILD_SCRIPT = """
fn main() {{
    println!("cargo::rustc-link-search=native={directory}");
    println!("cargo::rustc-link-lib=dylib=wmanswer");
}}
"""
SOURCE = """
extern "C" { fn wm_answer() -> i32; }
pyo3::module!("tiny", PyInit_tiny, PyModExport_tiny, || unsafe { wm_answer() }.to_string());
"""


@pytest.fixture
def linked(crate, tmp_path) -> Path:
    """Give a crate that is linked to a small shared library, in a directory that only its build script knows."""
    folder, own = crate("tiny"), tmp_path / "own libraries"
    own.mkdir()
    (own / "answer.c").write_text("int wm_answer(void) { return 42; }\n")
    soname = "-Wl,-soname,libwmanswer.so.1"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "libwmanswer.so.1", soname, "answer.c"], cwd=own, check=True)
    (own / "libwmanswer.so").symlink_to("libwmanswer.so.1")
    (folder / "build.rs").write_text(BUILD_SCRIPT.format(directory=own))
    (folder / "src" / "lib.rs").write_text(SOURCE)
    return folder


def test_a_library_of_ones_own_is_copied_into_the_wheel_which_works_without_it(linked, tmp_path):
    result, _ = build(linked)

    (wheel,) = result.wheels
    shutil.rmtree(tmp_path / "own libraries")
    with zipfile.ZipFile(wheel.path) as archive:
        grafted = [name for name in archive.namelist() if name.startswith("tiny.libs/")]
        archive.extractall(tmp_path / "site")
    said = subprocess.run(
        [sys.executable, "-c", "import tiny; print(tiny.says())"],
        cwd=tmp_path / "site", check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert len(grafted) == 1
    assert "wmanswer" in grafted[0]
    assert "manylinux" in wheel.filename
    assert said.stdout == "42\n"


def test_a_second_run_gives_the_same_bytes_and_leaves_nothing_in_its_folder(linked):
    first, _ = build(linked)

    second, screen = build(linked)
    Path(first.wheels[0].path).unlink()
    third, _ = build(linked)

    assert first.wheels == second.wheels == third.wheels
    assert [event.unchanged for event in screen.of(WheelWritten)] == [True]
    assert [path.suffix for path in third.journal.parent.iterdir()] in ([".log", ".jsonl"], [".jsonl", ".log"])


def test_a_library_that_nobody_finds_is_an_audit_error(linked, tmp_path):
    build(linked)
    shutil.rmtree(tmp_path / "own libraries")
    Path(linked / "dist").rename(tmp_path / "dist")

    result, _ = build(linked)

    assert result.exit_code == 6
    assert "libwmanswer.so.1" in str(result.failures[0])
    assert list(linked.glob("dist/*")) == []


def test_what_the_builder_alone_has_is_not_in_the_wheel(linked, tmp_path):
    """The RPATH names where libraries are on this machine; once it is gone they are found all the same."""
    own = tmp_path / "own libraries"
    script = linked / "build.rs"
    script.write_text(script.read_text().replace("rustc-link-search=native=", "rustc-link-arg=-L") .replace(
        "    println!(\"cargo::rustc-link-lib=dylib=wmanswer\");",
        f'    println!("cargo::rustc-link-arg=-lwmanswer");\n    println!("cargo::rustc-link-arg=-Wl,-rpath,{own}");',
    ))  # fmt: skip

    result, screen = build(linked)

    (wheel,) = result.wheels
    with zipfile.ZipFile(wheel.path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    libraries = {name: content for name, content in contents.items() if ".so" in name}
    assert len(libraries) == 2
    assert all(path.startswith("$ORIGIN") for content in libraries.values() for path in read(content).rpaths)
    assert str(own).encode() not in b"".join(contents.values())
    assert not [each for each in screen.of(Warned) if "RPATH" in each.message]


def test_a_copied_library_is_in_the_bill_of_materials(linked):
    result, _ = build(linked)

    with zipfile.ZipFile(result.wheels[0].path) as archive:
        (member,) = [name for name in archive.namelist() if name.startswith("tiny.libs/")]
        digest = hashlib.sha256(archive.read(member)).hexdigest()
        found = json.loads(archive.read("tiny-0.1.0.dist-info/sboms/tiny.cyclonedx.json"))
    library = found["components"][-1]
    assert (library["name"], library["bom-ref"]) == ("libwmanswer.so.1", f"file:{member}")
    assert library["hashes"] == [{"alg": "SHA-256", "content": digest}]


def test_an_excluded_library_stays_outside_and_is_told(linked):
    result, screen = build(linked, repair_exclude=("libwm*.so.*",))

    (wheel,) = result.wheels
    with zipfile.ZipFile(wheel.path) as archive:
        names = archive.namelist()
        module = archive.read(next(name for name in names if name.endswith(".so")))
    assert not [name for name in names if ".libs/" in name]
    assert "manylinux" in wheel.filename
    assert "libwmanswer.so.1" in read(module).needed
    assert [each for each in screen.of(Warned) if "libwmanswer.so.1 stays outside of the wheel" in each.message]


def test_a_library_that_is_not_on_the_list_is_not_copied(linked):
    result, _ = build(linked, repair_include=("libother*",))

    assert result.exit_code == 6
    assert "repair.include does not name it" in str(result.failures[0])
    assert list(linked.glob("dist/*")) == []


def test_without_repairwheel_nothing_is_compiled_and_the_error_says_how_to_go_on(linked, monkeypatch):
    monkeypatch.setitem(sys.modules, "repairwheel", None)

    with pytest.raises(ToolMissing, match=r"repairwheel.*is not installed") as caught:
        build(linked)

    assert "--auditwheel check" in caught.value.issues[0].hint
    assert not list(linked.glob("target/wheelmatrix/builds/*/*/*"))

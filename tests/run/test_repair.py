import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.run.recorded import build

from wheelmatrix.events import WheelWritten

pytest.importorskip("repairwheel", reason="pip install 'wheelmatrix[repair]'")
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
WITHOUT_REPAIRWHEEL = """
import sys
sys.modules["repairwheel"] = None
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


def test_without_repairwheel_the_error_says_how_to_go_on(linked, tmp_path, monkeypatch):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITHOUT_REPAIRWHEEL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))

    result, _ = build(linked)

    assert result.exit_code == 6
    assert "repairwheel is not installed" in str(result.failures[0])
    assert "wheelmatrix[repair]" in result.failures[0].issues[0].hint

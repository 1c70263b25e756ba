import os
import platform
import sys
import zipfile
from pathlib import Path

import pytest
from tests.run.recorded import build

from wheelmatrix.events import WheelWritten

pytestmark = pytest.mark.slow


def test_a_second_run_leaves_the_wheel_alone(crate):
    folder = crate("tiny")
    first, _ = build(folder)
    facts = Path(first.wheels[0].path).stat()

    second, screen = build(folder)

    again = Path(second.wheels[0].path).stat()
    assert second.wheels == first.wheels
    assert [event.unchanged for event in screen.of(WheelWritten)] == [True]
    assert (again.st_ino, again.st_mtime_ns) == (facts.st_ino, facts.st_mtime_ns)


def test_a_wheel_that_was_damaged_is_written_again(crate):
    folder = crate("tiny")
    first, _ = build(folder)
    Path(first.wheels[0].path).write_bytes(b"no wheel any more")

    second, screen = build(folder)

    assert second.wheels == first.wheels
    assert [event.unchanged for event in screen.of(WheelWritten)] == [False]
    assert zipfile.is_zipfile(second.wheels[0].path)


def test_a_python_file_that_changed_is_in_the_new_wheel(crate):
    folder = crate("tiny-mixed")
    first, _ = build(folder)
    source = folder / "python/tiny_mixed/__init__.py"
    source.write_text(f"{source.read_text()}\nANSWER = 42\n")

    second, screen = build(folder)

    assert second.wheels[0].sha256 != first.wheels[0].sha256
    assert [event.unchanged for event in screen.of(WheelWritten)] == [False]
    with zipfile.ZipFile(second.wheels[0].path) as archive:
        assert b"ANSWER = 42" in archive.read("tiny_mixed/__init__.py")


def test_a_library_without_the_right_entry_symbol_is_not_shipped(crate):
    folder = crate("tiny-wrong-entry")

    result, _ = build(folder)

    assert result.exit_code == 6
    assert "PyInit_" in str(result.failures[0])
    assert not os.path.lexists(folder / "dist")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux' libraries name versions of a libc")
def test_a_glibc_that_is_too_new_has_advice_and_another_fault_has_none(crate):
    # 2.17 is Rust's own floor: any system that can run this Python has a newer one.
    floor = f"{platform.machine()}-unknown-linux-gnu.2.17"
    too_new, _ = build(crate("tiny"), targets=(floor,), linker="native")
    wrong, _ = build(crate("tiny-wrong-entry"), linker="native")

    assert too_new.exit_code == wrong.exit_code == 6
    assert "manylinux_2_17 was asked for" in str(too_new.failures[0])
    assert "wheelmatrix[zig]" in too_new.failures[0].issues[0].hint
    assert {issue.hint for issue in wrong.failures[0].issues} == {""}


def test_a_wheel_is_no_reason_to_run_a_build_script_again(crate):
    folder = crate("tiny")
    (folder / "build.rs").write_text("fn main() {}")

    result, _ = build(folder)

    written = Path(result.wheels[0].path)
    assert written.stat().st_mtime_ns == (folder / "Cargo.toml").stat().st_mtime_ns

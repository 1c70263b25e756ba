"""What the output and the end of a child that imports come to; the child itself is run in tests/run."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythons import installed, runner

from wheelmatrix.model.verified import Check
from wheelmatrix.verify.importing import Ended, import_command, imported, place_for
from wheelmatrix.verify.modules import Module

NATIVE = runner(installed())
EMULATED = runner(installed(), label="cp312-arm", is_native=False)
WINE = runner(installed(), label="win", is_native=False, is_windows=True)


def check(*lines: str, python: Any = NATIVE, **changed: Any) -> Check:
    stdout = "\n".join(f"wheelmatrix-verify:{line}" for line in lines)
    ended = Ended(**{"code": 0, "signal": "", "timed_out": False, "stdout": stdout, "stderr": "", **changed})
    return imported(python, ended, timeout_s=60, seconds=1.5)


def test_a_child_that_reached_the_end_has_imported_everything() -> None:
    found = check("begin\ta", "done\ta\t/w/a.py", "end")

    assert found == Check(tier="import", state="passed", python=NATIVE.label, seconds=1.5)


def test_an_import_that_raises_is_told_with_the_last_lines_of_the_traceback() -> None:
    found = check(
        "begin\ta", "failed\ta\tValueError: no", "end", code=0, stderr="\n".join(map(str, range(20))) + "\n\n"
    )

    assert found.state == "failed"
    assert found.message.splitlines() == ["importing a failed: ValueError: no", *map(str, range(12, 20))]


def test_a_module_from_elsewhere_proves_nothing() -> None:
    found = check("begin\ta", "elsewhere\ta\t/usr/lib/a.so", "end")

    assert (found.state, found.message) == ("failed", "a was not imported from the wheel but from /usr/lib/a.so")


def test_a_crash_is_told_by_the_name_of_the_signal_and_of_the_module() -> None:
    found = check("begin\ta", "done\ta", "begin\ta.b", code=139, signal="SIGSEGV")

    assert (found.state, found.message) == ("failed", "importing a.b ended the process by SIGSEGV")


def test_an_exit_in_the_middle_is_a_failure_even_with_code_0() -> None:
    assert check("begin\ta").message == "importing a ended the process with exit code 0"


def test_a_child_that_hangs_is_told_with_the_limit_and_the_emulator() -> None:
    found = check("begin\ta", timed_out=True, signal="SIGKILL", python=EMULATED)

    assert (found.state, found.message) == ("failed", "importing a did not end within 60 s under python")
    assert "--verify-timeout" in found.hint


@pytest.mark.parametrize("changed", [{"timed_out": True}, {"code": 1, "stderr": "no such loader"}])
def test_a_python_that_did_not_start_says_nothing_about_the_wheel(changed: dict[str, Any]) -> None:
    found = check(**changed)

    assert found.state == "unreachable"
    assert found.message.startswith("starting Python ")


def test_a_dependency_that_is_not_there_is_no_fault_of_the_wheel() -> None:
    found = check("begin\tpkg", "lacks\tpkg\tnumpy", "end")

    assert found.state == "unreachable"
    assert found.message == "pkg needs numpy, which this Python does not have"
    assert "test-command" in found.hint


def test_extension_modules_prove_themselves_where_their_package_lacks_a_dependency() -> None:
    lacks = ("begin\tp", "lacks\tp\tnumpy", "begin\tp.x", "lacks\tp.x\tnumpy\tp/x.so")

    assert check(*lacks, "done\tp.x\tp/x.so", "end").state == "passed"
    assert "loaded by themselves" in check(*lacks, "done\tp.x\tp/x.so", "end").message
    assert check(*lacks, "end").state == "unreachable"


def test_a_package_that_is_imported_does_not_prove_the_extension_module_that_is_not() -> None:
    found = check("begin\tp", "done\tp", "begin\tp.x", "lacks\tp.x\tcffi\tp/x.so", "end")

    assert (found.state, found.message) == ("unreachable", "p.x needs cffi, which this Python does not have")


def test_a_package_that_lacks_a_dependency_beside_one_that_does_not_is_told() -> None:
    found = check("begin\ta", "done\ta", "begin\tb", "lacks\tb\tnumpy", "end")

    assert (found.state, found.message) == ("passed", "b needs numpy, which this Python does not have")


def test_what_the_module_prints_is_no_answer() -> None:
    found = check("begin\ta", "done\ta", "end", stdout="hello\nwheelmatrix-verify:begin\ta\nno end\n")

    assert found.message == "importing a ended the process with exit code 0"


@given(st.text(), st.lists(st.sampled_from(["begin", "done", "failed\ta", "lacks", "elsewhere", "end", "\t", ""])))
def test_no_output_is_an_exception(noise: str, lines: list[str]) -> None:
    text = "\n".join([noise, *(f"wheelmatrix-verify:{line}" for line in lines)])

    assert check(stdout=text, stderr=noise).tier == "import"


def test_the_command_names_the_script_the_folder_and_each_module_with_its_library() -> None:
    modules = (Module(name="a"), Module(name="a.b", library="a/b.so"))

    found = import_command(NATIVE, PurePosixPath("/t/s.py"), PurePosixPath("/t/wheel"), modules)

    assert found.argv == (*NATIVE.command.argv, "/t/s.py", "/t/wheel", "a", "a.b=a/b.so")
    assert (found.environment, found.without) == (NATIVE.command.environment, NATIVE.command.without)
    assert found.directory == PurePosixPath("/t")


def test_wine_sees_files_on_drive_z() -> None:
    assert place_for(WINE, PurePosixPath("/t/s.py")) == "Z:\\t\\s.py"
    assert place_for(NATIVE, PurePosixPath("/t/s.py")) == "/t/s.py"

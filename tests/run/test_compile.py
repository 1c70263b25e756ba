import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.plan.gathered import planned, target
from tests.run.recorded import build

from wheelmatrix.errors import CompileError
from wheelmatrix.events import Cloned, Diagnosed, Retried, StepFinished, UnitsCounted, WheelWritten
from wheelmatrix.options import BuildOptions
from wheelmatrix.pack.finish import finished
from wheelmatrix.run.compile import _finished

GOLDEN = Path(__file__).parents[1] / "pack" / "golden"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")]

KILLED = """#!/bin/sh
case "$*" in
  *"--crate-name tiny "*) if {condition}; then : > "{mark}"; kill -9 $$; fi ;;
esac
exec "$@"
"""


@pytest.fixture
def killed(tmp_path, monkeypatch):
    """Make the compiler of the crate itself be killed: the first time, or every time."""

    def wrap(*, once: bool) -> None:
        mark, wrapper = tmp_path / "mark", tmp_path / "wrapper"
        wrapper.write_text(KILLED.format(mark=mark, condition=f'[ ! -e "{mark}" ]' if once else "true"))
        wrapper.chmod(0o755)
        monkeypatch.setenv("RUSTC_WRAPPER", str(wrapper))

    return wrap


def test_the_second_build_is_a_clone_and_units_are_counted(crate):
    result, screen = build(crate("tiny"), "3.11", "3.12")

    assert len(result.wheels) == 2
    assert len(screen.of(Cloned)) == 1
    assert {event.step for event in screen.of(UnitsCounted)} <= {each.step for each in screen.of(StepFinished)}


def test_an_error_in_the_source_is_told_with_its_place(crate):
    folder = crate("tiny")
    (folder / "src" / "lib.rs").write_text("\nfn f() -> u8 { true }\n")

    result, screen = build(folder)

    (error,) = result.failures
    assert error.exit_code == 5
    assert "mismatched types (src/lib.rs:2)" in str(error)
    assert [(event.level, event.line) for event in screen.of(Diagnosed) if event.level == "error"] == [("error", 2)]


def test_an_error_of_the_linker_is_told(crate):
    folder = crate("tiny")
    (folder / "build.rs").write_text('fn main() { println!("cargo::rustc-link-lib=dylib=nowhere_to_be_found"); }')

    result, _ = build(folder)

    assert result.exit_code == 5
    assert "linking with" in str(result.failures[0])


def test_a_profile_that_is_not_there_is_told_with_those_that_are(crate):
    result, _ = build(crate("tiny"), profile="nope")

    assert "profile `nope` is not defined" in str(result.failures[0])
    assert "[profile.NAME]" in result.failures[0].issues[0].hint


def test_a_compiler_that_was_killed_is_tried_again_alone(crate, killed):
    killed(once=True)

    result, screen = build(crate("tiny"))

    (retried,) = screen.of(Retried)
    assert result.exit_code == 0
    assert "signal 9" in retried.because
    assert len(screen.of(WheelWritten)) == 1


def test_a_compiler_that_is_killed_twice_is_a_failure_with_advice(crate, killed):
    killed(once=False)

    result, screen = build(crate("tiny"))

    assert result.exit_code == 5
    assert "twice" in str(result.failures[0])
    assert "--jobs" in result.failures[0].issues[0].hint
    assert len(screen.of(Retried)) == 1


def test_a_command_of_the_user_that_fails_is_named(crate):
    result, _ = build(crate("tiny"), before_build=("exit 3",))

    assert result.exit_code == 5
    assert "the command `exit 3` ended with exit code 3" in str(result.failures[0])


@pytest.mark.parametrize(
    ("triple", "file", "is_ours"),
    [
        ("x86_64-unknown-linux-musl", "musl_x86_64.so", True),
        ("x86_64-pc-windows-gnu", "stamped.dll", True),
        ("x86_64-unknown-linux-gnu", "musl_x86_64.so", False),
        ("aarch64-apple-darwin", "musl_x86_64.so", False),
    ],
)
def test_what_is_finished_is_a_file_of_our_own_and_cargos_stays(tmp_path, triple, file, is_ours):
    plan = planned(BuildOptions(interpreters=("3.12",)))
    made = replace(plan.builds[0], target=target(triple))
    library = tmp_path / file
    library.write_bytes((GOLDEN / file).read_bytes())
    shop = SimpleNamespace(root=tmp_path / "root", plan=plan, options=BuildOptions())

    path, _ = _finished(made, library, shop)

    assert library.read_bytes() == (GOLDEN / file).read_bytes()
    assert (path == tmp_path / "root" / "finished" / made.id / file) is is_ours
    assert path.read_bytes() == finished(library.read_bytes(), made.target)
    assert _finished(made, path, shop)[0] == path, "what is finished is shipped as it is"


def test_a_library_that_vanished_is_a_failure_of_its_build(tmp_path):
    plan = planned(BuildOptions(interpreters=("3.12",)))
    made = replace(plan.builds[0], target=target("x86_64-pc-windows-gnu"))

    with pytest.raises(CompileError, match=r"gone\.dll"):
        _finished(made, tmp_path / "gone.dll", SimpleNamespace(root=tmp_path, plan=plan))

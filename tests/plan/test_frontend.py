from dataclasses import replace
from pathlib import PurePath

import pytest
from tests.plan.gathered import LINUX as TRIPLE
from tests.plan.gathered import ROOT, gathered, planned

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Command, Entry, Metadata, Project, Step
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.frontend import (
    Running,
    build_arguments,
    has_lasting_plan,
    has_lasting_wheel,
    here,
    honoured,
    one_cell,
)

LINUX = Running(executable="/venv/bin/python", platform="linux", word_bits=64)
METADATA = Metadata(
    name="My.Pkg", version="1.0", requires_python="", text=b"old", entry_points=b"old", licenses=()
)  # fmt: skip


@pytest.mark.parametrize("key", ["build-args", "maturin.build-args", "wheelmatrix.build-args"])
def test_build_args_are_split_as_a_shell_does(key: str) -> None:
    assert build_arguments({key: "--features 'a b' -r"}, {}) == ("--features", "a b", "-r")
    assert build_arguments({key: ["--strip", "-F a"]}, {}) == ("--strip", "-F", "a")


def test_variables_speak_where_no_setting_does_and_ours_comes_first() -> None:
    variables = {"MATURIN_PEP517_ARGS": "--strip", "WHEELMATRIX_PEP517_ARGS": "--locked"}

    assert build_arguments(None, {}) == ()
    assert build_arguments({}, {"MATURIN_PEP517_ARGS": "--strip"}) == ("--strip",)
    assert build_arguments({}, variables) == ("--locked",)
    assert build_arguments({"build-args": "-r"}, variables) == ("-r",)


def test_a_setting_of_another_backend_is_passed_over() -> None:
    assert build_arguments({"--global-option": "--quiet", "cmake.args": ["-G"]}, {}) == ()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"build-arg": "-r"}, "no setting build-arg"),
        ({"build-args": True}, "expected a text or a list of texts"),
        ({"build-args": ["-r", 1]}, "expected a text or a list of texts"),
        ({"build-args": "'a"}, "cannot be split"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        build_arguments(settings, {})


def test_the_cell_is_the_running_python_with_a_tag_that_promises_nothing() -> None:
    found = one_cell({}, LINUX, {})

    assert found["interpreters"] == ("/venv/bin/python",)
    assert found["compatibility"] == ("off",)
    assert found["auditwheel"] == "skip"
    assert found["targets"] == found["build"] == found["skip"] == ()


def test_a_tag_that_was_asked_for_is_audited() -> None:
    found = one_cell({"compatibility": ("pypi",)}, LINUX, {})

    assert found["compatibility"] == ("pypi",)
    assert "auditwheel" not in found


def test_one_python_may_be_named_also_twice() -> None:
    assert one_cell({"interpreters": ("3.12", "3.12")}, LINUX, {})["interpreters"] == ("3.12",)


@pytest.mark.parametrize(
    "asked",
    [
        {"interpreters": ("3.11", "3.12")},
        {"find_interpreter": True},
        {"all_interpreters": True},
        {"targets": ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu")},
    ],
)
def test_many_cells_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="a build backend builds for one"):
        one_cell(asked, LINUX, {})


@pytest.mark.parametrize(
    ("running", "variables", "targets"),
    [
        (LINUX, {"CARGO_BUILD_TARGET": "aarch64-unknown-linux-gnu"}, ("aarch64-unknown-linux-gnu",)),
        (LINUX, {"ARCHFLAGS": "-arch arm64"}, ()),
        (Running(executable="p", platform="win32", word_bits=32), {}, ("i686-pc-windows-msvc",)),
        (Running(executable="p", platform="win32", word_bits=64), {}, ()),
        (Running(executable="p", platform="darwin", word_bits=64), {}, ()),
        (
            Running(executable="p", platform="darwin", word_bits=64),
            {"ARCHFLAGS": "-arch x86_64 -arch arm64"},
            ("universal2-apple-darwin",),
        ),
        (Running(executable="p", platform="darwin", word_bits=64), {"ARCHFLAGS": "-arch arm64"},
         ("aarch64-apple-darwin",)),
    ],
)  # fmt: skip
def test_the_target_is_that_of_the_python_or_of_the_variables(
    running: Running, variables: dict[str, str], targets: tuple[str, ...]
) -> None:
    assert one_cell({}, running, variables)["targets"] == targets


def test_what_was_asked_for_wins_over_what_is_left_of_the_matrix() -> None:
    assert here({"verify": "static", "features": ("a",)}, "p", {}) | {"interpreters": ()} == {
        "build": (), "skip": (), "enable": (), "find_interpreter": False, "all_interpreters": False,
        "check_reproducible": False, "verify": "static", "features": ("a",), "interpreters": (), "targets": (),
        "compatibility": ("off",), "auditwheel": "skip",
    }  # fmt: skip


def _project() -> Project:
    return Project(
        root=PurePath("/p"),
        crate=None,  # type: ignore[arg-type]  # not looked at
        metadata=METADATA,
        module_name="m",
        is_mixed=False,
        sources=(),
    )


def test_prepared_metadata_is_taken_over_but_for_wheel_and_record() -> None:
    files = {
        "METADATA": b"new", "WHEEL": b"w", "RECORD": b"r", "licenses/LICENSE": b"l", "sboms/a.json": b"s",
    }  # fmt: skip

    found = honoured(_project(), "my_pkg-1.0.dist-info", files)

    assert (found.metadata.text, found.metadata.entry_points) == (b"new", b"")
    assert found.metadata.licenses == (Entry(name="LICENSE", source=b"l"),)
    assert found.sources == (Entry(name="my_pkg-1.0.dist-info/sboms/a.json", source=b"s"),)


@pytest.mark.parametrize(
    ("folder", "files"),
    [("my_pkg-2.0.dist-info", {"METADATA": b""}), ("other-1.0.dist-info", {"METADATA": b""}),
     ("my_pkg-1.0.dist-info", {"WHEEL": b""})],
)  # fmt: skip
def test_metadata_of_something_else_is_refused(folder: str, files: dict[str, bytes]) -> None:
    with pytest.raises(ConfigError, match=r"expected my_pkg-1\.0\.dist-info with METADATA"):
        honoured(_project(), folder, files)


def test_a_plan_lasts_while_files_cargo_and_the_python_alone_have_a_say() -> None:
    machine = gathered(environment={"PATH": "/bin"})
    configured = {"PYO3_CONFIG_FILE": "own.txt"}

    assert has_lasting_plan(BuildOptions(), machine)
    assert not has_lasting_plan(BuildOptions(), replace(machine, pyproject=None))
    assert not has_lasting_plan(BuildOptions(targets=(TRIPLE,)), machine)
    assert not has_lasting_plan(BuildOptions(), replace(machine, environment=configured))
    assert not has_lasting_plan(BuildOptions(environment=tuple(configured.items())), machine)


def test_a_wheel_lasts_that_is_compiled_audited_and_packed() -> None:
    made = planned(BuildOptions(interpreters=("3.12",)))
    command = Command(argv=("true",), environment={}, directory=ROOT)
    (build,), (wheel,) = made.builds, made.wheels

    assert has_lasting_wheel(made)
    for other in (
        replace(made, before=(command,)),
        replace(made, builds=(replace(build, before=(command,)),)),
        replace(made, tools=(build,)),
        replace(made, wheels=(replace(wheel, beside=ROOT / "x.so"),)),
        replace(made, wheels=(wheel, wheel)),
        replace(made, steps=(*made.steps, Step(id="generate:x", kind="generate", subject="x"))),
    ):
        assert not has_lasting_wheel(other)

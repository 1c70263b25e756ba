import os
import subprocess
import sys
from pathlib import Path

import pytest

from wheelmatrix.errors import ConfigError, NothingToBuild, ToolMissing
from wheelmatrix.run.prepare import list_pythons, prepare, runs_directory


def plan_of(folder, **options):
    return prepare({"offline": True, **options}, directory=folder, environment=dict(os.environ))


def test_a_plan_is_made_and_nothing_is_written(crate):
    folder = crate("tiny")

    found = plan_of(folder, interpreters=("3.11", "3.12"))

    assert [wheel.stem for wheel in found.plan.wheels] == ["tiny-0.1.0-cp311-cp311", "tiny-0.1.0-cp312-cp312"]
    assert found.root == folder / "target" / "wheelmatrix"
    assert not found.root.exists()


def test_what_is_needed_next_is_loaded_while_cargo_is_asked(crate):
    folder = crate("tiny")
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from wheelmatrix.run.prepare import prepare\n"
        "before = set(sys.modules)\n"
        "named = ('wheelmatrix.run.execute',)\n"
        "prepare({'offline': True}, directory=Path.cwd(), environment=dict(os.environ), needed_next=named)\n"
        "begun = set(sys.modules) - before\n"
        "import wheelmatrix.run.execute\n"
        "print(*(name in begun for name in named), 'wheelmatrix.run.verify' in sys.modules)\n"
    )

    said = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["True", "False"], "what verifies is not loaded where nothing is to be verified"


def test_warnings_of_all_stages_are_the_plans(crate):
    folder = crate("tiny")
    with (folder / "pyproject.toml").open("a") as file:
        file.write('[tool.maturin]\nwhat-is-this = "1"\n')

    found = plan_of(folder, interpreters=("3.12",))

    assert any("what-is-this" in text for text in found.plan.warnings)


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("x86_64-unknow-linux-gnu", "did you mean x86_64-unknown-linux-gnu?"),
        ("win_amd65", "did you mean win_amd64?"),
        ("x86_64-pc-windows-gnu.2.17", "write x86_64-pc-windows-gnu"),
    ],
)
def test_a_target_that_cannot_be_is_told_before_the_machine_is_asked(crate, target, hint):
    folder = crate("tiny")
    (folder / "Cargo.toml").write_text("broken")

    with pytest.raises(ConfigError) as caught:
        plan_of(folder, interpreters=("3.12",), targets=(target,))

    assert caught.value.issues[0].hint == hint


def test_a_foreign_target_is_refused_without_its_std(crate):
    triple = "s390x-unknown-linux-musl"  # rustup has no std for it

    with pytest.raises(ToolMissing) as caught:
        plan_of(crate("tiny"), interpreters=("3.12",), targets=(triple,))

    assert caught.value.issues[0].hint == f"rustup target add {triple}"


def test_an_empty_selection_is_an_error_of_its_own(crate):
    with pytest.raises(NothingToBuild) as caught:
        plan_of(crate("tiny"), interpreters=("3.12",), skip=("*",))

    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("text", "asked", "stems"),
    [
        ("implementation=CPython\nversion=3.12\nshared=true\n", {}, ["tiny-0.1.0-cp312-cp312"]),
        ("implementation=PyPy\nversion=3.11\n", {}, ["tiny-0.1.0-pp311-pypy311_pp73", "tiny-0.1.0-pp311-pypy311_pp80"]),
        ("implementation=CPython\nversion=3.12\n", {"interpreters": ("3.10",)}, ["tiny-0.1.0-cp310-cp310"]),
    ],
)
def test_a_configuration_of_the_users_own_says_which_python_is_built_for(crate, tmp_path, text, asked, stems):
    """Source: maturin 1.16 with the same variable; a choice on the command line is heard here, too."""
    config = tmp_path / "config.txt"
    config.write_text(text)
    environment = {**os.environ, "PYO3_CONFIG_FILE": str(config)}

    found = prepare({"offline": True, **asked}, directory=crate("tiny"), environment=environment)

    assert [wheel.stem for wheel in found.plan.wheels] == stems
    assert [build.config_path for build in found.plan.builds] == [None] * len(stems)


@pytest.mark.parametrize(("text", "said"), [("shared=true\n", "names no Python"), (None, "cannot be read")])
def test_a_configuration_that_says_nothing_is_told(crate, tmp_path, text, said):
    config = tmp_path / "config.txt"
    if text is not None:
        config.write_text(text)

    with pytest.raises(ConfigError, match=said):
        prepare({}, directory=crate("tiny"), environment={**os.environ, "PYO3_CONFIG_FILE": str(config)})


def test_runs_lie_where_builds_lie(crate, tmp_path):
    folder = crate("tiny")
    variables = dict(os.environ)
    manifest = {"WHEELMATRIX_MANIFEST_PATH": str(folder / "Cargo.toml")}

    assert runs_directory(folder, variables) == folder / "target/wheelmatrix/runs"
    assert runs_directory(tmp_path, variables, str(folder / "Cargo.toml")) == folder / "target/wheelmatrix/runs"
    assert runs_directory(tmp_path, variables | manifest) == folder / "target/wheelmatrix/runs"
    assert runs_directory(folder, variables | {"CARGO_TARGET_DIR": "t"}) == folder / "t/wheelmatrix/runs"


def test_without_a_manifest_there_are_no_runs(tmp_path):
    with pytest.raises(ConfigError, match=r"no Cargo\.toml"):
        runs_directory(tmp_path, dict(os.environ))


@pytest.mark.slow
def test_the_python_that_asks_is_among_the_pythons():
    environment = dict(os.environ) | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}

    found = list_pythons(environment)

    assert sys.version_info[:2] in {each.version for each in found if each.implementation == "cpython"}

from collections.abc import Mapping
from itertools import combinations
from pathlib import PurePosixPath

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.options import AskedTarget, BuildOptions, ScreenOptions, for_cell, options_of
from wheelmatrix.project.precedence import resolve, resolve_screen

HERE = PurePosixPath("/here/pyproject.toml")
MATURIN = "[tool.maturin]\nstrip = {}\n"
OURS = "[tool.wheelmatrix]\nstrip = {}\n"
OVERRIDE = "[[tool.wheelmatrix.overrides]]\nselect = '*'\nstrip = {}\n"


class Source:
    """One place where `strip` can be given."""

    def __init__(self, name: str, text: str = "", variable: str = "") -> None:
        self.name, self.text, self.variable = name, text, variable

    def __repr__(self) -> str:
        return self.name


RANKS = (
    Source("command line"),
    Source("own variable", variable="WHEELMATRIX_STRIP"),
    Source("foreign variable", variable="MATURIN_STRIP"),
    Source("override", text=OVERRIDE),
    Source("tool.wheelmatrix", text=OURS),
    Source("tool.maturin", text=MATURIN),
)


@pytest.mark.parametrize(("higher", "lower"), tuple(combinations(RANKS, 2)), ids=str)
@pytest.mark.parametrize("winner", [True, False])
def test_the_higher_source_wins(higher: Source, lower: Source, winner: bool) -> None:
    values = {higher: winner, lower: not winner}
    command_line = {"strip": values[RANKS[0]]} if RANKS[0] in values else {}
    environment = {source.variable: str(value) for source, value in values.items() if source.variable}
    texts = [source.text.format(str(values[source]).lower()) for source in reversed(RANKS) if source in values]

    options = resolve(command_line, environment, HERE, "".join(sorted(texts, key=lambda text: "[[" in text))).options

    assert for_cell(options, "cp312-linux_x86_64", "cp312-linux_x86_64").strip is winner


def test_where_each_value_came_from_is_told() -> None:
    text = "[tool.maturin]\nprofile = 'dev'\nstrip = true\nlocked = true\n[tool.wheelmatrix]\nstrip = false\n"
    environment = {"WHEELMATRIX_JOBS": "2", "CARGO_TARGET_DIR": "/t"}

    given = resolve({"interpreters": ("3.12",)}, environment, HERE, text)

    assert given.sources == {
        "profile": "tool.maturin.profile",
        "strip": "tool.wheelmatrix.strip",
        "locked": "tool.maturin.locked",
        "jobs": "WHEELMATRIX_JOBS",
        "target_dir": "CARGO_TARGET_DIR",
        "interpreters": "--interpreter",
    }
    assert given.options.fixed >= {"jobs", "target_dir", "interpreters"}
    assert not given.options.fixed & {"strip", "profile", "locked"}


def test_a_list_replaces_the_one_below_it() -> None:
    text = "[tool.wheelmatrix]\ninterpreters = ['3.10', '3.11']\n"

    assert resolve({"interpreters": ("3.12",)}, {}, HERE, text).options.interpreters == ("3.12",)


def test_a_target_that_is_only_named_keeps_what_its_table_says() -> None:
    text = """[tool.wheelmatrix]
targets = ["a", {target = "b", floor = "2.17", linker = "gcc"}, {target = "c", rustflags = ["-g"]}]
"""
    table = AskedTarget(target="b.2.17", values={"linker": "gcc"})

    assert resolve({"targets": ("b.2.17", "d")}, {}, HERE, text).options.targets == (table, "d")
    assert resolve({}, {"WHEELMATRIX_TARGETS": "b b.2.17"}, HERE, text).options.targets == ("b", table)


VARIABLES: Mapping[str, tuple[str, str, object]] = {
    "WHEELMATRIX_INTERPRETERS": ("interpreters", "3.12 '/a b/python'", ("3.12", "/a b/python")),
    "WHEELMATRIX_TARGETS": ("targets", "a b", ("a", "b")),
    "WHEELMATRIX_BUILD": ("build", "cp31{2,3}-* pp*", ("cp31{2,3}-*", "pp*")),
    "WHEELMATRIX_ENABLE": ("enable", "pypy,graalpy", ("pypy", "graalpy")),
    "WHEELMATRIX_FEATURES": ("features", "a,b c", ("a", "b", "c")),
    "WHEELMATRIX_BEFORE_ALL": ("before_all", "make all\nmake more\n", ("make all", "make more")),
    "WHEELMATRIX_ENVIRONMENT": ("environment", "A=1 B='x y'", (("A", "1"), ("B", "x y"))),
    "WHEELMATRIX_ALL_INTERPRETERS": ("all_interpreters", "yes", True),
    "WHEELMATRIX_FAIL_FAST": ("fail_fast", "On", True),
    "WHEELMATRIX_LOCKED": ("locked", "0", False),
    "WHEELMATRIX_COMPRESSION_LEVEL": ("compression_level", "9", 9),
    "CARGO_BUILD_TARGET": ("targets", "aarch64-unknown-linux-gnu", ("aarch64-unknown-linux-gnu",)),
    "CARGO_NET_OFFLINE": ("offline", "true", True),
    "CARGO_BUILD_JOBS": ("jobs", "3", 3),
    "RUSTUP_TOOLCHAIN": ("toolchain", "nightly", "nightly"),
    "MATURIN_STRIP": ("strip", "1", True),
}


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_is_read(variable: str) -> None:
    field, text, value = VARIABLES[variable]

    options = resolve({}, {variable: text}, None, "").options

    assert getattr(options, field) == value
    assert field in options.fixed


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("WHEELMATRIX_JOBS", "many", 'WHEELMATRIX_JOBS: expected a whole number, found "many"'),
        ("WHEELMATRIX_STRIP", "maybe", 'WHEELMATRIX_STRIP: expected true or false, found "maybe"'),
        ("MATURIN_STRIP", "maybe", "MATURIN_STRIP: expected true or false"),
        ("WHEELMATRIX_INTERPRETERS", "'3.12", "WHEELMATRIX_INTERPRETERS: a quotation mark has no partner"),
        ("WHEELMATRIX_AUDITWHEEL", "nope", "WHEELMATRIX_AUDITWHEEL: expected repair"),
        ("WHEELMATRIX_ENVIRONMENT", "A", "WHEELMATRIX_ENVIRONMENT: expected NAME=VALUE"),
        ("WHEELMATRIX_INCLUDE", "../x", "WHEELMATRIX_INCLUDE"),
    ],
)
def test_a_bad_variable_is_named(variable: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve({}, {variable: value}, None, "")

    assert said in str(caught.value)


def test_an_unknown_variable_is_a_warning() -> None:
    known = dict.fromkeys(("WHEELMATRIX_CACHE_DIR", "WHEELMATRIX_COLOR", "WHEELMATRIX_PEP517_ARGS"), "x")
    given = resolve({}, {"WHEELMATRIX_JOB": "2", **known}, None, "")

    assert given.warnings == ("WHEELMATRIX_JOB: unknown variable is ignored; did you mean WHEELMATRIX_JOBS?",)


@pytest.mark.parametrize(("value", "count"), [("1", 1), ("true", 1), ("0", 0), ("off", 0)])
def test_profile_guided_optimization_is_warned_about_where_maturin_would_do_it(value: str, count: int) -> None:
    assert len(resolve({}, {"MATURIN_PGO": value}, None, "").warnings) == count


def test_an_empty_variable_counts_as_not_set() -> None:
    given = resolve({}, {"WHEELMATRIX_JOBS": "", "CARGO_BUILD_TARGET": ""}, None, "")

    assert given.options == BuildOptions()


def test_every_option_with_a_flag_or_key_has_a_variable_unless_another_has_it() -> None:
    without = {option.name for option in options_of(BuildOptions) if not option.variable}

    assert without == {"artifacts", "conditional_features", "deployments", "overrides"}


def test_features_of_the_command_line_put_those_of_the_configuration_aside() -> None:
    text = (
        "[tool.maturin]\nfeatures = ['a']\n"
        "[[tool.wheelmatrix.overrides]]\nselect = '*'\nfeatures = ['b']\ninherit.features = 'append'\n"
    )

    options = for_cell(resolve({"features": ("c",)}, {}, HERE, text).options, "cp312-x", "cp312-x")

    assert (options.features, options.conditional_features) == (("c",), ())


@pytest.mark.parametrize("field", ["find_interpreter", "all_interpreters"])
def test_asking_for_all_puts_the_interpreters_of_the_configuration_aside(field: str) -> None:
    options = resolve({field: True}, {}, HERE, "[tool.wheelmatrix]\ninterpreters = ['3.10']\n").options

    assert options.interpreters == ()


@pytest.mark.parametrize(
    "command_line",
    [
        {"interpreters": ("3.12",), "find_interpreter": True},
        {"interpreters": ("3.12",), "all_interpreters": True},
        {"find_interpreter": True, "all_interpreters": True},
    ],
)
def test_two_ways_to_choose_interpreters_are_refused(command_line: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="cannot be used together") as caught:
        resolve(command_line, {}, None, "")

    assert len(caught.value.issues) == 1


def test_the_screen_takes_the_command_line_then_the_variable() -> None:
    environment = {"WHEELMATRIX_PROGRESS": "plain", "WHEELMATRIX_VERBOSE": "1"}

    assert resolve_screen({"progress": "json"}, environment) == ScreenOptions(progress="json", verbose=1)

import shlex

import pytest
import rich_click as click

from wheelmatrix.cli.arguments import OptionsCommand, asked, given, spread
from wheelmatrix.cli.build import merged, without_resume
from wheelmatrix.errors import ConfigError
from wheelmatrix.options import BuildOptions, PythonSource, ScreenOptions, UploadOptions, options_of


def context(*words: str) -> click.Context:
    command = OptionsCommand(BuildOptions, ScreenOptions, leaves=UploadOptions, name="build", callback=lambda: None)
    return command.make_context("build", list(words))


def heard(*words: str) -> dict[str, object]:
    return asked(context(*words), BuildOptions)


def refusal(*words: str) -> str:
    with pytest.raises(ConfigError) as caught:
        heard(*words)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("-i 3.11 3.12", {"interpreters": ("3.11", "3.12")}),
        ("-i 3.11 -i 3.12", {"interpreters": ("3.11", "3.12")}),
        ("-i3.11 3.12", {"interpreters": ("3.11", "3.12")}),
        ("-i=3.11 3.12", {"interpreters": ("3.11", "3.12")}),
        ("--interpreter 3.11 /a/python --out x", {"interpreters": ("3.11", "/a/python"), "out": "x"}),
        ("--interpreter=3.11 3.12", {"interpreters": ("3.11", "3.12")}),
        ("-f", {"find_interpreter": True}),
        ("-a --fail-fast", {"all_interpreters": True, "fail_fast": True}),
        ("--no-fail-fast", {"fail_fast": False}),
        ("--verify", {"verify": "static"}),
        ("--verify -o x", {"verify": "static", "out": "x"}),
        ("--verify=import", {"verify": "import"}),
        (
            "--python-root /a --python-root cp311-*=/b",
            {
                "verify_pythons": (PythonSource(place="/a"), PythonSource(pattern="cp311-*", place="/b")),
            },
        ),
        ("--test-requires pytest<9 --test-requires a;b", {"test_requires": ("pytest<9", "a;b")}),
        ("--target a --target b", {"targets": ("a", "b")}),
        ("--build 'cp312-* pp*' --build x", {"build": ("cp312-*", "pp*", "x")}),
        ("--enable pypy,graalpy", {"enable": ("pypy", "graalpy")}),
        ("-F a,b -F 'c d'", {"features": ("a", "b", "c", "d")}),
        ("-r", {"profile": "release"}),
        ("--release", {"profile": "release"}),
        ("--profile dev", {"profile": "dev"}),
        ("--profile dev --profile bench", {"profile": "bench"}),
        ("--strip", {"strip": True}),
        ("--strip true", {"strip": True}),
        ("--strip false", {"strip": False}),
        ("--strip=false", {"strip": False}),
        ("--strip --locked", {"strip": True, "locked": True}),
        ("--compatibility pypi 2_28", {"compatibility": ("pypi", "2_28")}),
        ("--manylinux 2014", {"compatibility": ("2014",)}),
        ("--manylinux 2014 off", {"compatibility": ("2014", "off")}),
        ("--skip-auditwheel", {"auditwheel": "skip"}),
        ("--auditwheel warn", {"auditwheel": "warn"}),
        ("--zig", {"linker": "zig"}),
        ("--linker gcc --target a", {"linker": "gcc", "targets": ("a",)}),
        ("--config a.b=1 -Z x", {"cargo_config": ("a.b=1",), "unstable_flags": ("x",)}),
        ("-j 3 --compression-level 9", {"jobs": 3, "compression_level": 9}),
        ("-j3", {"jobs": 3}),
        ("--compression-enable-large-file-support", {}),
        ("-m a/Cargo.toml -o out", {"manifest_path": "a/Cargo.toml", "out": "out"}),
        ("-i 3.12 -- -C target-cpu=native", {"interpreters": ("3.12",), "rustc_args": ("-C", "target-cpu=native")}),
        ("--", {}),
    ],
)
def test_a_command_line_means_what_it_means_to_maturin(line: str, expected: dict[str, object]) -> None:

    assert heard(*shlex.split(line)) == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-r --profile dev", "--release and --profile cannot be used together"),
        ("--zig --linker gcc", "--zig and --linker cannot be used together"),
        ("--linker ld", "--linker: expected auto, native, zig, gcc or xwin, found"),
        ("--auditwheel warn --skip-auditwheel", "--skip-auditwheel and --auditwheel cannot be used together"),
        ("-j x", '--jobs: expected a whole number, found "x"'),
        ("-j -1", "--jobs: expected a whole number of at least 0, found -1"),
        ("--strip maybe", "--strip: expected true or false"),
        ("-b bim", "--bindings: expected pyo3, pyo3-ffi, cffi, uniffi or bin"),
        ("--compression-method bzip2", "pip and uv cannot install"),
        ("--compression-method zstd", "pip and uv cannot install"),
        ("--compression-level 10", "expected a whole number from 0 to 9, found 10"),
        ("--auditwheel nope", "--auditwheel: expected repair, check, warn or skip"),
        ("--pgo", "--pgo"),
        ("--generate-stubs", "--generate-stubs"),
    ],
)
def test_what_cannot_be_is_refused_with_a_word(line: str, said: str) -> None:
    assert said in refusal(*line.split())


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(refusal("-j", "x", "--auditwheel", "y", "--strip", "z").split("error")) == 1
    with pytest.raises(ConfigError) as caught:
        heard("-j", "x", "--auditwheel", "y", "--strip", "z")

    assert {issue.where for issue in caught.value.issues} == {"--jobs", "--auditwheel", "--strip"}


def test_an_option_of_later_versions_behind_the_dashes_is_rustcs() -> None:
    assert heard("--", "--pgo") == {"rustc_args": ("--pgo",)}


@pytest.mark.parametrize("words", [("stray",), ("--interpeter", "3.12"), ("-i",), ("--out",)])
def test_misuse_is_a_usage_error(words: tuple[str, ...]) -> None:
    with pytest.raises(click.UsageError):
        context(*words)


def test_the_nearest_option_is_named() -> None:
    with pytest.raises(click.UsageError) as caught:
        context("--interpeter", "3.12")

    assert "--interpreter" in caught.value.format_message()


def test_the_screens_options_are_heard() -> None:
    screens = asked(context("--json", "-vv", "-q", "--color", "never"), ScreenOptions)

    assert screens == {"progress": "json", "verbose": 2, "quiet": True, "color": "never"}


def test_every_flag_of_the_fields_is_an_option_of_the_command() -> None:
    command = OptionsCommand(BuildOptions, ScreenOptions, name="publish", callback=lambda: None)
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    flags = {
        flag
        for owner in (BuildOptions, ScreenOptions)
        for option in options_of(owner)
        for flag in (*option.facts.flags, *option.facts.hidden_flags, *option.facts.shorthands, option.facts.no_flag)
        if flag
    }

    assert flags <= known


def test_what_the_user_wrote_is_kept() -> None:
    assert given(context("-i", "3.11", "3.12", "--", "-C", "x")) == ("-i", "3.11", "3.12", "--", "-C", "x")


def test_values_are_spread_over_flags() -> None:
    assert spread(["-i", "a", "b", "-f", "c"], options_of(BuildOptions)) == ["-i", "a", "-i", "b", "-f", "c"]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("--resume",), ()),
        (("--resume", "2026", "-a"), ("-a",)),
        (("-a", "--resume=2026"), ("-a",)),
        (("--resume", "-a"), ("-a",)),
        (("--resume", "--", "--resume", "x"), ("--", "--resume", "x")),
    ],
)
def test_resume_is_not_recorded(words: tuple[str, ...], kept: tuple[str, ...]) -> None:
    assert without_resume(words) == kept


@pytest.mark.parametrize(
    ("before", "words", "expected"),
    [
        (("-a",), ("-j2",), ("-a", "-j2")),
        (("-a", "--", "x"), ("-j2",), ("-a", "-j2", "--", "x")),
        (("-a", "--", "x"), ("-j2", "--", "y"), ("-a", "-j2", "--", "y")),
    ],
)
def test_a_resumed_command_line_adds_to_the_recorded_one(
    before: tuple[str, ...], words: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert merged(before, words) == expected


def test_a_short_flag_is_a_repository_where_there_is_one() -> None:
    command = OptionsCommand(BuildOptions, name="publish", callback=lambda: None)
    ctx = command.make_context("publish", ["-r", "testpypi", "--release"])

    found = asked(ctx, BuildOptions)
    assert (found["repository"], found["profile"]) == ("testpypi", "release")


def test_a_command_leaves_the_options_that_are_not_its_own() -> None:
    with pytest.raises(click.UsageError):
        context("--repository", "testpypi")

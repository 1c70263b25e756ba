from pathlib import PurePosixPath

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.options import (
    ArtifactChoice,
    BuildOptions,
    Deployment,
    Feature,
    Given,
    Override,
    Pattern,
    PythonSource,
)
from wheelmatrix.project.precedence import resolve

HERE = PurePosixPath("/here/pyproject.toml")


def read(text: str) -> Given:
    return resolve({}, {}, HERE, text)


def options(line: str, table: str = "maturin") -> BuildOptions:
    return read(f"[tool.{table}]\n{line}\n").options


def problems(line: str, table: str = "wheelmatrix") -> str:
    with pytest.raises(ConfigError) as caught:
        read(f"[tool.{table}]\n{line}\n")
    return str(caught.value)


@pytest.mark.parametrize("table", ["maturin", "wheelmatrix"])
@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("bindings = 'pyo3'", "bindings", "pyo3"),
        ("module-name = 'a.b'", "module_name", "a.b"),
        ("python-source = 'python'", "python_source", "python"),
        ("python-packages = ['a', 'b']", "python_packages", ("a", "b")),
        ("bindings = 'bin'", "bindings", "bin"),
        ("manifest-path = 'rust/Cargo.toml'", "manifest_path", "/here/rust/Cargo.toml"),
        ("profile = 'dev'", "profile", "dev"),
        (
            "target.aarch64-apple-darwin.macos-deployment-target = '12.3'",
            "deployments",
            (Deployment(triple="aarch64-apple-darwin", macos="12.3"),),
        ),
        (
            "target.x.macosx-deployment-target = '10.13'",
            "deployments",
            (Deployment(triple="x", macos="10.13"),),
        ),
        ("strip = true", "strip", True),
        ("locked = true", "locked", True),
        ("config = ['a.b=1']", "cargo_config", ("a.b=1",)),
        ("unstable-flags = ['x']", "unstable_flags", ("x",)),
        ("rustc-args = ['-C', 'opt-level=3']", "rustc_args", ("-C", "opt-level=3")),
        ("compatibility = 'manylinux_2_28'", "compatibility", ("manylinux_2_28",)),
        ("manylinux = '2014'", "compatibility", ("2014",)),
        ("auditwheel = 'check'", "auditwheel", "check"),
        ("skip-auditwheel = true", "auditwheel", "skip"),
        ("skip-auditwheel = false", "auditwheel", "repair"),
        ("skip-auditwheel = true\nauditwheel = 'warn'", "auditwheel", "warn"),
        ("features = ['a', 'pyo3/abi3']", "conditional_features", (Feature(feature="a"), Feature(feature="pyo3/abi3"))),
        (
            "features = [{feature = 'a', python-version = '>=3.11', python-implementation = 'CPython'}]",
            "conditional_features",
            (Feature(feature="a", python_version=">=3.11", python_implementation="cpython"),),
        ),
        ("include = ['a/*.txt']", "include", (Pattern(path="a/*.txt"),)),
        ("include = [{path = 'a', format = 'sdist'}]", "include", (Pattern(path="a", formats=frozenset({"sdist"})),)),
        ("exclude = [{path = 'a', format = ['sdist', 'wheel']}]", "exclude", (Pattern(path="a"),)),
        (
            "include = [{path = 'a', from = 'out-dir', to = 'p/', crate-name = 'c'}]",
            "include",
            (Pattern(path="a", out_dir=True, to="p/", crate="c"),),
        ),
        (
            "include = [{path = 'a', from = 'out-dir', crate_name = 'c'}]",
            "include",
            (Pattern(path="a", out_dir=True, crate="c"),),
        ),
    ],
)
def test_a_key_of_maturin_means_the_same_in_both_tables(table: str, line: str, field: str, value: object) -> None:
    assert getattr(options(line, table), field) == value


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("interpreters = ['3.12', '3.14t']", "interpreters", ("3.12", "3.14t")),
        ("targets = ['x86_64-unknown-linux-gnu.2.17']", "targets", ("x86_64-unknown-linux-gnu.2.17",)),
        (
            "artifacts = [{kind = 'cdylib', bindings = 'pyo3'}, {name = 'a'}]",
            "artifacts",
            (ArtifactChoice(kind="cdylib", bindings="pyo3"), ArtifactChoice(name="a")),
        ),
        ("build = 'cp312-* cp313-*'", "build", ("cp312-*", "cp313-*")),
        ("skip = ['*-musllinux*']", "skip", ("*-musllinux*",)),
        ("enable = 'pypy graalpy'", "enable", ("pypy", "graalpy")),
        ("enable = ['pypy-eol']", "enable", ("pypy-eol",)),
        ("before-all = 'make, all'", "before_all", ("make, all",)),
        ("before-build = ['a', 'b; c']", "before_build", ("a", "b; c")),
        ("environment = {A = '1', B = ''}", "environment", (("A", "1"), ("B", ""))),
        ("out = 'wheels'", "out", "/here/wheels"),
        ("compatibility = ['pypi', '2_28']", "compatibility", ("pypi", "2_28")),
        ("jobs = 3", "jobs", 3),
    ],
)
def test_a_key_of_our_own(line: str, field: str, value: object) -> None:
    assert getattr(options(line, "wheelmatrix"), field) == value


def test_an_override_is_read() -> None:
    text = (
        "[[tool.wheelmatrix.overrides]]\nselect = 'cp312-* pp*'\ninherit.before-build = 'append'\nbefore-build = 'x'\n"
    )

    assert read(text).options.overrides == (
        Override(select=("cp312-*", "pp*"), values={"before_build": ("x",)}, inherit={"before_build": "append"}),
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("jobs = '3'", 'tool.wheelmatrix.jobs: expected an integer, found "3" (a string)'),
        ("jobs = true", "tool.wheelmatrix.jobs: expected an integer, found true (a boolean)"),
        ("jobs = -1", "tool.wheelmatrix.jobs: expected a whole number of at least 0, found -1"),
        ("compression-level = 12", "expected a whole number from 0 to 9, found 12"),
        ("strip = 1", "tool.wheelmatrix.strip: expected a boolean, found 1 (an integer)"),
        ("module-name = 2026-01-01", "expected a string, found 2026-01-01 (a date or time)"),
        ("interpreters = '3.12'", 'expected an array of strings, found "3.12" (a string)'),
        ("interpreters = ['3.12', 3.13]", "tool.wheelmatrix.interpreters[1]: expected a string, found 3.13 (a float)"),
        ("build = 3", "expected a string or an array of strings, found 3 (an integer)"),
        ("auditwheel = 'chek'", "expected repair, check, warn or skip"),
        ("auditwheel = 'chek'", "did you mean check?"),
        ("bindings = 'cfi'", "did you mean cffi?"),
        ("artifacts = 'a'", "tool.wheelmatrix.artifacts: expected an array of tables"),
        ("artifacts = [{nam = 'a'}]", "unknown key 'nam'"),
        ("artifacts = [{bindings = 'cffi'}]", "names no cargo target"),
        ("artifacts = [{kind = 'bi'}]", "did you mean bin?"),
        ("artifacts = [{kind = 'bin', bindings = 'pyo3'}]", "a program has no bindings pyo3"),
        ("compression-method = 'zstd'", "pip and uv cannot install"),
        ("enable = 'pipy'", "did you mean pypy?"),
        ("interpreter = ['3.12']", "tool.wheelmatrix: unknown key 'interpreter'\n  hint: did you mean interpreters?"),
        ("include = ['/etc/passwd']", '"/etc/passwd" leads out of the project'),
        ("include = ['../a']", '"../a" leads out of the project'),
        ("include = ['C:/a']", "leads out of the project"),
        ("include = [{path = 'a', format = 'egg'}]", 'expected "sdist" or "wheel", found "egg"'),
        ("include = [{path = 'a', form = 'sdist'}]", "unknown key 'form'"),
        ("include = [{path = 'a', to = 'b'}]", "to and crate-name need from"),
        ("include = [{path = 'a', from = 'target'}]", 'expected "out-dir"'),
        ("include = [{path = 'a', from = 'out-dir', to = '../b'}]", "leads out of the wheel"),
        ("include = [{format = 'sdist'}]", "expected a pattern, found an empty string"),
        ("exclude = [{path = 'a', from = 'out-dir'}]", "unknown key 'from'"),
        ("include = [3]", "expected a string, or a table with path, found 3 (an integer)"),
        ("features = [{python-version = '>=3.9'}]", "lacks the key feature"),
        ("features = [{feature = 'a', python-version = '3.9 or so'}]", "expected a version specifier"),
        ("features = [{feature = 'a', python-implementation = 'jython'}]", "expected cpython, pypy, graalpy"),
        ("environment = {A = 1}", "tool.wheelmatrix.environment.A: expected a string, found 1 (an integer)"),
        ("environment = {'A=B' = 'x'}", "cannot be the name of a variable"),
        ("overrides = {select = '*'}", "expected an array of tables, found a table"),
        ("overrides = [{strip = true}]", "select names no cells"),
        ("overrides = [{select = '*'}]", "sets no option"),
        ("overrides = [{select = '*', out = 'x'}]", "out cannot differ between cells"),
        ("overrides = [{select = '*', stripp = true}]", "did you mean strip?"),
        ("overrides = [{select = '*', strip = true, inherit = {strip = 'append'}}]", "strip is no list"),
        ("overrides = [{select = '*', rustc-args = [], inherit = {rustc-args = 'add'}}]", "none, append, prepend"),
        ("overrides = [{select = '*', strip = true, inherit = {rustc-args = 'append'}}]", "rustc-args is not set by"),
    ],
)
def test_what_is_wrong_is_said(line: str, said: str) -> None:
    assert said in problems(line)


def test_a_wrong_type_in_maturins_table_is_an_error() -> None:
    assert "tool.maturin.strip: expected a boolean" in problems("strip = 'yes'", "maturin")


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(
            {},
            {"WHEELMATRIX_JOBS": "x"},
            HERE,
            "[tool.maturin]\nstrip = 1\n[tool.wheelmatrix]\njobs = 'y'\nskipp = 'a'\n",
        )

    assert [issue.where for issue in caught.value.issues] == [
        "tool.maturin.strip",
        "tool.wheelmatrix.jobs",
        "tool.wheelmatrix",
        "WHEELMATRIX_JOBS",
    ]


def test_broken_toml_names_line_and_column() -> None:
    with pytest.raises(ConfigError) as caught:
        read("[tool.maturin]\nstrip = maybe\n")

    assert caught.value.issues[0].where == "/here/pyproject.toml:2:9"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\nmaturin = 3", "[tool]\nwheelmatrix = []"])
def test_a_table_that_is_no_table_is_an_error(text: str) -> None:
    with pytest.raises(ConfigError, match="expected a table"):
        read(text)


@pytest.mark.parametrize(
    ("line", "warning"),
    [
        ("modul-name = 'a'", "tool.maturin: unknown key 'modul-name' is ignored; did you mean module-name?"),
        ("include = [{path = 'a', forma = 'sdist'}]", "unknown key 'forma' is ignored"),
        ("interpreters = ['3.12']", "unknown key 'interpreters' is ignored"),
    ],
)
def test_maturins_table_is_warned_about(line: str, warning: str) -> None:
    (found,) = read(f"[tool.maturin]\n{line}\n").warnings

    assert warning in found


@pytest.mark.parametrize(
    "line",
    [
        "sdist-generator = 'git'",
        "pgo-command = 'x'",
        "pgo-dependency-group = 'dev'",
        "generate-ci.github.pytest = true",
        "sbom = {rust = false, auditwheel = false}",
        "use-base-python = true",
        "editable-profile = 'dev'",
        "include-import-lib = false",
        "targets = [{name = 'a', kind = 'cdylib'}]",
    ],
)
def test_what_does_not_change_the_wheel_is_taken_in_silence(line: str) -> None:
    assert read(f"[tool.maturin]\n{line}\n").warnings == ()


@pytest.mark.parametrize("table", ["maturin", "wheelmatrix"])
def test_the_table_of_the_sbom_is_read(table: str) -> None:
    found = read(f"[tool.{table}.sbom]\nrust = false\nauditwheel = false\ninclude = ['a.json']\n").options

    assert (found.sbom_rust, found.sbom_auditwheel, found.sbom_include) == (False, False, ("a.json",))


def test_no_pyproject_gives_the_defaults() -> None:
    assert resolve({}, {}, None, "").options == BuildOptions()


def test_the_table_verify_has_keys_of_its_own() -> None:
    found = read(
        """
        [tool.wheelmatrix.verify]
        level = "import"
        timeout = 5
        test-command = "pytest {project}/tests"
        test-requires = ["pytest>=8"]
        test-groups = "test lint"
        test-skip = ["*-musllinux*"]
        pythons = { "cp311-manylinux_aarch64" = "roots/aarch64" }
        """
    )

    options = found.options
    assert (options.verify, options.verify_timeout) == ("import", 5)
    assert options.test_command == ("pytest {project}/tests",)
    assert (options.test_requires, options.test_groups) == (("pytest>=8",), ("test", "lint"))
    assert options.test_skip == ("*-musllinux*",)
    assert options.verify_pythons == (PythonSource(pattern="cp311-manylinux_aarch64", place="/here/roots/aarch64"),)
    assert found.sources["verify"] == "tool.wheelmatrix.verify.level"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("verify = 'import'", "tool.wheelmatrix.verify: expected a table"),
        ("verify.levle = 'import'", "did you mean verify.level"),
        ("verify.level = 'most'", "tool.wheelmatrix.verify.level: expected off, static, loader, import or test"),
        ("verify.timeout = 0", "tool.wheelmatrix.verify.timeout: expected a whole number of at least 1"),
    ],
)
def test_what_is_wrong_in_the_table_verify_is_told_with_its_key(line: str, said: str) -> None:
    assert said in problems(line)


def test_maturin_has_no_table_verify() -> None:
    assert any("unknown key 'verify'" in text for text in read("[tool.maturin.verify]\nlevel = 'test'\n").warnings)


def test_what_maturin_calls_targets_are_artifacts() -> None:
    options = resolve({}, {}, HERE, "[tool.maturin]\ntargets = [{name = 'a', kind = 'bin'}]\n").options

    assert options.artifacts == (ArtifactChoice(name="a", kind="bin"),)
    assert options.targets == ()


def test_a_table_whose_name_is_misspelt_is_told() -> None:
    assert read("[tool.maturn]\nstrip = true\n").warnings == (
        "tool.maturn: this table is not read; did you mean [tool.maturin]?",
    )
    assert read("[tool.maturin]\n[tool.maturin-import-hook]\n[tool.ruff]\n[tool.wheel]\n").warnings == ()

from dataclasses import replace

import pytest
from tests.plan.gathered import binding, cargo_metadata, gathered, installed, project, row

from wheelmatrix.model import Project, PyO3
from wheelmatrix.options import BuildOptions, Feature
from wheelmatrix.plan.admission import exclusion, refusal, untried, without_requirement

OLD = binding((0, 20, 3), cpython=((3, 7), (3, 12)), pypy=((3, 7), (3, 10)), graalpy=None, free_threaded_since=None)


def why(
    interpreter: str, *features: str, pyo3: PyO3 = OLD, requires: str = ">=3.8", options: BuildOptions | None = None
) -> str:
    machine = gathered(cargo_metadata=cargo_metadata(features))
    return exclusion(row(interpreter), project(requires, pyo3=pyo3), machine, options or BuildOptions())


@pytest.mark.parametrize("features", [("abi3-py38",), ("abi3",)])
def test_a_stable_abi_serves_pythons_that_its_pyo3_has_not_heard_of(features: tuple[str, ...]) -> None:
    assert [why(each, *features) for each in ("cp312", "cp313", "cp314")] == ["", "", ""]


def test_what_has_no_stable_abi_ends_where_pyo3_does() -> None:
    assert why("cp313") == "pyo3 0.20.3 supports cpython 3.7 to 3.12"


@pytest.mark.parametrize(
    ("interpreter", "said"),
    [("cp313t", "supports cpython 3.7 to 3.12"), ("pp311_pp73", "supports pypy 3.7 to 3.10")],
)
def test_abi3_serves_no_free_threaded_build_and_no_pypy(interpreter: str, said: str) -> None:
    assert said in why(interpreter, "abi3-py38")


def test_the_lowest_python_of_the_stable_abi_has_to_be_one_that_pyo3_knows() -> None:
    assert "3.7 to 3.12" in why("cp314", "abi3-py313")
    assert "3.7 to 3.12" in why("cp314", "abi3", requires=">=3.13")


def test_a_feature_that_holds_for_some_pythons_counts_for_these() -> None:
    options = BuildOptions(conditional_features=(Feature(feature="pyo3/abi3-py38", python_version=">=3.14"),))

    assert why("cp314", options=options) == ""
    assert "3.7 to 3.12" in why("cp313", options=options)


def test_a_frontend_decides_whether_its_python_is_one_that_the_project_requires() -> None:
    here = installed("cp311")

    for requires in ("", ">=3.8", ">=3.11.2"):
        made = project(requires)
        assert without_requirement(made, [here]) is made
    found = without_requirement(project(">=3.12"), [here])
    assert found.metadata.requires_python == ""
    assert found.metadata.text == project(">=3.12").metadata.text


def test_a_python_newer_than_a_pyo3_that_refuses_none_can_be_asked_for_by_name() -> None:
    oldest = replace(OLD, version=(0, 16, 6), cpython=((3, 7), (3, 10)))
    made = project(">=3.6", pyo3=oldest)

    def refused(interpreter: str, what: Project = made) -> str:
        return refusal(row(interpreter), what, gathered(), BuildOptions())

    assert why("cp312", pyo3=oldest) == "pyo3 0.16.6 supports cpython 3.7 to 3.10"
    assert refused("cp312") == refused("cp310") == ""
    assert "supports cpython" in refused("cp313t")
    assert refused("cp312", project("<3.12", pyo3=oldest)) == "the project requires Python <3.12"
    assert "3.7 to 3.12" in refused("cp313", project(pyo3=OLD))


def test_what_nobody_has_tried_is_a_warning() -> None:
    made = project(pyo3=replace(OLD, version=(0, 16, 6), cpython=((3, 7), (3, 10))))

    said = untried([row("cp310"), row("cp312")], made, gathered(), BuildOptions())

    assert said == [
        "cp312: pyo3 0.16.6 supports cpython 3.7 to 3.10; it does not refuse others, and whether they work is not known"
    ]

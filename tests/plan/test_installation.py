from pathlib import PurePosixPath

import pytest

from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.pack.record import parse_record
from wheelmatrix.plan.installation import (
    Installation,
    current,
    direct_url,
    memo,
    requirements,
    settled,
    with_direct_url,
)

DOCUMENT = {
    "project": {
        "name": "My-Pkg",
        "dependencies": ["attrs>=1"],
        "optional-dependencies": {"Fast_IO": ["orjson"], "all": ["my-pkg[fast.io]", "rich"]},
    },
    "dependency-groups": {"dev": ["pytest"], "docs": [{"include-group": "dev"}, "sphinx", "my_pkg[fast-io]"]},
}
URL = direct_url(PurePosixPath("/p"))
WHEEL = "a.py,sha256=A,3\nx-1.data/scripts/s,sha256=S,9\nx-1.dist-info/WHEEL,sha256=W,2\nx-1.dist-info/RECORD,,\n"
RECORD = WHEEL.replace("x-1.data/scripts", "../../bin") + "x-1.dist-info/INSTALLER,sha256=I,4\n"


def found(**changes: object) -> Installation:
    facts: dict[str, object] = {
        "record": RECORD,
        "direct_url": URL,
        "memo": memo(["attrs>=1"]),
        "sizes": {"a.py": 3, "x-1.dist-info/WHEEL": 2},
        "versions": {"attrs": "2.0"},
    }
    return Installation(**{**facts, **changes})  # type: ignore[arg-type]  # checked by the tests


def test_dependencies_and_the_group_dev_are_needed() -> None:
    assert requirements(DOCUMENT, (), None, "") == ("attrs>=1", "pytest")
    assert requirements(DOCUMENT, (), (), "") == ("attrs>=1",)
    assert requirements({}, (), None, "") == ()


def test_extras_of_the_project_itself_are_what_they_stand_for() -> None:
    assert requirements(DOCUMENT, ("all",), (), "") == ("attrs>=1", "orjson", "rich")
    assert requirements(DOCUMENT, ("fast-io",), (), "") == ("attrs>=1", "orjson")
    assert requirements(DOCUMENT, (), ("docs",), "") == ("attrs>=1", "pytest", "sphinx", "orjson")


def test_extras_in_a_ring_end() -> None:
    ring = {"project": {"name": "x", "optional-dependencies": {"a": ["x[b]", "one"], "b": ["x[a]", "two"]}}}

    assert set(requirements(ring, ("a",), (), "")) == {"one", "two"}


@pytest.mark.parametrize(
    ("extras", "groups", "said", "hint"),
    [
        (("fst",), (), "no extra fst", "all, fast-io"),
        ((), ("tests",), "tests", "groups of the project: dev, docs"),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_ones(
    extras: tuple[str, ...], groups: tuple[str, ...], said: str, hint: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        requirements(DOCUMENT, extras, groups, "pyproject.toml")

    assert hint in caught.value.issues[0].hint


def test_what_is_no_requirement_is_refused() -> None:
    with pytest.raises(ConfigError, match="no requirement"):
        requirements({"project": {"name": "x", "dependencies": ["?"]}}, (), (), "")


def test_an_installation_of_the_same_files_is_current() -> None:
    assert current(WHEEL, found(), URL)


@pytest.mark.parametrize(
    "installed",
    [
        None,
        found(direct_url=""),
        found(record=RECORD.replace("sha256=W", "sha256=V")),
        found(sizes={"a.py": 3}),
        found(sizes={"a.py": 4, "x-1.dist-info/WHEEL": 2}),
    ],
)
def test_any_other_installation_is_not(installed: Installation | None) -> None:
    assert not current(WHEEL, installed, URL)


def test_requirements_that_are_met_and_were_asked_for_before_are_settled() -> None:
    assert settled(None, ())
    assert settled(found(), ["attrs>=1"])
    assert settled(found(memo=memo(["x; python_version < '3'"])), ["x; python_version < '3'"])


@pytest.mark.parametrize(
    ("installed", "needed"),
    [
        (None, ["attrs>=1"]),
        (found(), ["attrs>=1", "rich"]),
        (found(versions={}), ["attrs>=1"]),
        (found(versions={"attrs": "0.9"}), ["attrs>=1"]),
        (found(versions={"attrs": "?"}), ["attrs>=1"]),
    ],
)
def test_other_requirements_are_not(installed: Installation | None, needed: list[str]) -> None:
    assert not settled(installed, needed)


def test_record_tells_of_the_direct_url_that_is_there() -> None:
    name = "x-1.dist-info/direct_url.json"

    rows = parse_record(with_direct_url(f"{name},sha256=old,1\n{WHEEL}", name, URL))

    (own,) = (row for row in rows if row.name == name)
    assert own.size_bytes == len(URL)
    assert own.digest != "sha256=old"
    assert rows[-1].name == "x-1.dist-info/RECORD"
    with pytest.raises(PackError, match="does not name itself"):
        with_direct_url("a.py,sha256=A,3\n", name, URL)

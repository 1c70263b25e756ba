from typing import Any

import pytest
from small_project import PYO3, metadata, needs, package, tiny

from wheelmatrix.options import BuildOptions, Feature
from wheelmatrix.project.features import conditional, resolve_features
from wheelmatrix.resources import table_texts
from wheelmatrix.tables import load

ROWS = {row.id: row for row in load(table_texts()).interpreters}


def on(*packages: dict[str, Any], features: tuple[str, ...] = (), **more: Any) -> dict[str, set[str]]:
    found = resolve_features(metadata(*packages), packages[0]["id"], features, **more)
    return {name: set(each) for name, each in found.items()}


def leaf(**features: list[str]) -> dict[str, Any]:
    return package("leaf", features={"default": ["d"], "d": [], "f": ["g"], "g": []} | features)


def test_a_siblings_abi3_does_not_leak() -> None:
    sibling = package("sibling", dependencies=[needs("pyo3", "abi3-py39")])

    found = resolve_features(metadata(tiny(), sibling, *PYO3, members=("tiny", "sibling")), "tiny", ())

    assert found["pyo3"] == {"default", "macros", "extension-module"}
    assert found["pyo3-ffi"] == {"default", "extension-module"}
    assert "sibling" not in found


def test_abi3_of_pyo3_reaches_pyo3_ffi() -> None:
    found = on(tiny(dependencies=[needs("pyo3", "abi3-py39")]), *PYO3)

    assert {"abi3", "abi3-py39"} <= found["pyo3-ffi"]


@pytest.mark.parametrize(
    ("dependency", "features", "asked", "leaf_on"),
    [
        (needs("leaf"), {}, (), {"default", "d"}),
        (needs("leaf", default=False), {}, (), set()),
        (needs("leaf", "f", default=False), {}, (), {"f", "g"}),
        (needs("leaf", kind="build"), {}, (), {"default", "d"}),
        (needs("leaf", kind="dev"), {}, (), None),
        (needs("leaf", optional=True), {}, (), None),
        (needs("leaf", optional=True), {"x": ["dep:leaf"]}, ("x",), {"default", "d"}),
        (needs("leaf", optional=True), {"leaf": ["dep:leaf"]}, ("leaf",), {"default", "d"}),
        (needs("leaf", optional=True), {"x": ["leaf/f"]}, ("x",), {"default", "d", "f", "g"}),
        (needs("leaf", optional=True), {"x": ["leaf?/f"]}, ("x",), None),
        (needs("leaf", optional=True), {"x": ["leaf?/f"], "y": ["dep:leaf"]}, ("x", "y"), {"default", "d", "f", "g"}),
        (needs("leaf", default=False), {"x": ["leaf?/f"]}, ("x",), {"f", "g"}),
        (needs("leaf", default=False), {"default": ["x"], "x": ["leaf/f"]}, (), {"f", "g"}),
        (needs("leaf", rename="other", default=False), {"x": ["other/f"]}, ("x",), {"f", "g"}),
        (needs("leaf", default=False), {}, ("leaf/f",), {"f", "g"}),
        (needs("leaf", default=False), {"x": ["leaf/f"], "y": ["leaf/d"]}, ("x,y",), {"f", "g", "d"}),
    ],
)
def test_features_follow_cargos_spellings(
    dependency: dict[str, Any], features: dict[str, list[str]], asked: tuple[str, ...], leaf_on: set[str] | None
) -> None:
    found = on(package("tiny", features=features, dependencies=[dependency]), leaf(), features=asked)

    assert found.get("leaf") == leaf_on


def test_all_features_and_no_default_features() -> None:
    crate = package("tiny", features={"default": ["a"], "a": [], "b": []})

    assert on(crate, all_features=True)["tiny"] == {"default", "a", "b"}
    assert on(crate, no_default_features=True)["tiny"] == set()


def test_a_circle_of_features_ends() -> None:
    assert on(package("tiny", features={"a": ["b"], "b": ["a"]}), features=("a",))["tiny"] == {"a", "b"}


@pytest.mark.parametrize(
    ("python", "expected"),
    [("cp310", ("plain",)), ("cp311", ("plain", "new")), ("pp311_pp73", ("plain", "new", "pypy"))],
)
def test_conditional_features_look_at_the_python(python: str, expected: tuple[str, ...]) -> None:
    features = (
        Feature(feature="plain"),
        Feature(feature="new", python_version=">=3.11"),
        Feature(feature="pypy", python_implementation="pypy"),
    )

    assert conditional(BuildOptions(conditional_features=features), ROWS[python]) == expected


def test_features_of_the_command_line_replace_conditional_ones() -> None:
    options = BuildOptions(features=("a", "a"), conditional_features=(Feature(feature="plain"),))

    assert conditional(options, ROWS["cp312"]) == ("a",)


def test_what_another_platform_asks_for_does_not_count() -> None:
    windows = needs("leaf", "f", default=False) | {"target": "cfg(windows)"}
    crate = package("tiny", dependencies=[needs("leaf", default=False), windows])

    assert on(crate, leaf())["leaf"] == set()


def test_a_slash_turns_on_the_feature_of_an_optional_dependency_too() -> None:
    crate = package(
        "tiny",
        features={"x": ["leaf/f"], "leaf": ["dep:leaf", "more"], "more": []},
        dependencies=[needs("leaf", optional=True, default=False)],
    )

    assert on(crate, leaf(), features=("x",))["tiny"] == {"x", "leaf", "more"}


def test_a_feature_may_be_named_with_its_package() -> None:
    crate = package("tiny", features={"x": []})

    assert on(crate, features=("tiny/x",))["tiny"] == {"x"}


def test_a_library_may_be_named_unlike_its_package() -> None:
    graph = metadata(package("tiny", dependencies=[needs("md-5")]), package("md-5"))
    graph["resolve"]["nodes"][0]["deps"][0]["name"] = "md5"

    assert resolve_features(graph, "tiny", ()) == {"tiny": frozenset(), "md-5": frozenset()}


def test_two_versions_of_one_dependency_are_told_apart_by_their_kind() -> None:
    new, old = (
        package("leaf", "2.0.0", id="new", features={"f": []}),
        package("leaf", "1.0.0", id="old", features={"f": []}),
    )
    crate = package(
        "tiny", dependencies=[needs("leaf", "f") | {"to": "new"}, needs("leaf", kind="build") | {"to": "old"}]
    )

    found = on(crate, new, old)

    assert (found["new"], found["old"]) == ({"f"}, set())


def test_a_deep_graph_is_followed() -> None:
    chain = [package(f"p{n}", features={"f": [f"p{n + 1}/f"]}, dependencies=[needs(f"p{n + 1}")]) for n in range(2000)]

    assert on(*chain, package("p2000", features={"f": []}), features=("f",))["p2000"] == {"f"}

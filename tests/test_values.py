"""That our dataclasses do what those of the standard library do."""

import ast
import copy
import dataclasses
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import wheelmatrix
from wheelmatrix import values

SOURCES = Path(wheelmatrix.__file__).parent


def classes(dataclass: Callable[..., Any]) -> dict[str, Any]:
    """Return classes of each kind that the package has, made by `dataclass`."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Pair:
        """With what a class may have."""

        left: int
        right: tuple[int, ...] = ()
        kept: list[int] = dataclasses.field(default_factory=list, compare=False)
        hidden: str = dataclasses.field(default="secret", repr=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "hidden", self.hidden.upper())

        @property
        def both(self) -> tuple[int, ...]:
            return (self.left, *self.right)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class One:
        only: Any

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Empty:
        """Nothing."""

    @dataclass(frozen=True, slots=True, kw_only=True, repr=False)
    class Silent:
        """Without a text of its own."""

        only: int

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Own:
        """With methods of its own."""

        only: int

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "mine"

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Hashed(One):
        """A field more, and equality of its own, by which Python takes its hash away."""

        more: int = 0

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Hashed)

    return {each.__name__: each for each in (Pair, One, Empty, Silent, Own, Hashed)}


OURS, THEIRS = classes(values.dataclass), classes(dataclasses.dataclass)
ARGUMENTS: dict[str, list[dict[str, Any]]] = {
    "Pair": [{"left": 1}, {"left": 1, "right": (2,)}, {"left": 1, "kept": [3]}, {"left": 1, "hidden": "x"}],
    "One": [{"only": 1}, {"only": (1,)}, {"only": None}],
    "Empty": [{}],
    "Silent": [{"only": 1}],
    "Own": [{"only": 1}, {"only": 2}],
    "Hashed": [{"only": 1}, {"only": 2, "more": 3}],
}


@pytest.mark.parametrize("name", OURS)
def test_they_are_compared_and_hashed_as_the_standard_ones_are(name: str) -> None:
    ours, theirs = ([each[name](**given) for given in ARGUMENTS[name]] for each in (OURS, THEIRS))

    assert [[one == other for other in ours] for one in ours] == [[one == other for other in theirs] for one in theirs]
    assert (ours[0] == theirs[0]) is (theirs[0] == ours[0])
    assert (ours[0] == 1) is (theirs[0] == 1)
    assert len({*ours}) == len({*theirs})
    assert hash(ours[0]) == hash(OURS[name](**ARGUMENTS[name][0]))


@pytest.mark.parametrize("name", OURS)
def test_their_texts_are_those_of_the_standard_ones(name: str) -> None:
    ours, theirs = ([each[name](**given) for given in ARGUMENTS[name]] for each in (OURS, THEIRS))

    if name != "Silent":
        assert [*map(repr, ours)] == [*map(repr, theirs)]
    else:
        assert OURS[name].__repr__ is object.__repr__


def test_a_value_that_holds_itself_has_a_text() -> None:
    held: list[object] = []
    value = OURS["One"](only=held)
    held.append(value)

    assert repr(value).endswith("One(only=[...])")


@pytest.mark.parametrize("name", ["Pair", "One", "Silent", "Own"])
def test_what_is_frozen_cannot_be_changed(name: str) -> None:
    value = OURS[name](**ARGUMENTS[name][0])
    (first, *_) = dataclasses.fields(value)

    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field"):
        setattr(value, first.name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field"):
        delattr(value, first.name)
    with pytest.raises(AttributeError):
        value.unknown = 1
    assert getattr(value, first.name) == 1


def test_a_property_is_no_field_that_was_not_set() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        OURS["Pair"](left=1).both = ()


def test_of_two_classes_without_slots_one_with_them_is_made() -> None:
    @values.dataclass(frozen=True, kw_only=True)
    class Base:
        one: int = 1

    @values.dataclass(frozen=True, kw_only=True)
    class Other:
        two: tuple[int, ...] = ()

    @values.dataclass(frozen=True, slots=True, kw_only=True)
    class Both(Base, Other):
        three: int = 3

    assert Base() == Base(one=1) != Base(one=2)
    assert repr(Both(two=(2,))).endswith("Both(two=(2,), one=1, three=3)")
    assert len({Both(), Both(one=1), Both(one=2)}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        Both().one = 2  # type: ignore[misc]  # that it cannot be is the point
    with pytest.raises(dataclasses.FrozenInstanceError):
        Base().one = 2  # type: ignore[misc]


def test_what_is_not_frozen_changes() -> None:
    @values.dataclass(slots=True)
    class Open:
        only: int

    value = Open(1)
    value.only = 2

    assert value == Open(2)


@pytest.mark.parametrize("name", OURS)
def test_fields_copies_and_changed_copies_are_the_standard_librarys(name: str) -> None:
    value = OURS[name](**ARGUMENTS[name][-1])

    assert [(each.name, each.default, each.kw_only) for each in dataclasses.fields(OURS[name])] == [
        (each.name, each.default, each.kw_only) for each in dataclasses.fields(THEIRS[name])
    ]
    assert copy.copy(value) == copy.deepcopy(value) == dataclasses.replace(value) == value
    assert dataclasses.replace(value, **ARGUMENTS[name][0]) is not value


def test_values_go_through_pickle() -> None:
    from wheelmatrix.errors import Issue

    issue = Issue(message="a", where="b")

    assert pickle.loads(pickle.dumps(issue)) == issue


def test_a_class_that_says_nothing_of_itself_is_called_by_its_name() -> None:
    assert OURS["One"].__doc__ == "One"
    assert OURS["Empty"].__doc__ == "Nothing."


@pytest.mark.parametrize("wrong", [{"left": 1, "unknown": 2}, {}])
def test_what_is_missing_or_unknown_is_a_type_error(wrong: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        OURS["Pair"](**wrong)
    with pytest.raises(TypeError):
        OURS["Pair"](1)


def test_the_package_has_no_others() -> None:
    """Else a module would go back to the slow ones without anybody seeing it."""
    for path in SOURCES.rglob("*.py"):
        if path.name == "values.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
                assert "dataclass" not in {each.name for each in node.names}, path

"""An event and its JSON record are the same thing, for this version and for those that come later."""

import json
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.events import (
    SCHEMA,
    Event,
    RunFinished,
    RunPlanned,
    Stamped,
    StepFinished,
    Waiting,
    from_record,
    record,
)

KINDS: tuple[type[Any], ...] = get_args(Event)
SECONDS = st.integers(0, 10**12).map(lambda thousandths: round(thousandths / 1000, 3))
"""Records have three decimals."""
STAMPED = Stamped(seq=3, at_s=1.5, wall_s=1_700_000_000.25, event=Waiting(what="a lock"))


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Return what a field of the type may hold; fails for a type that is not the same in JSON."""
    if isinstance(hint, UnionType):
        return st.one_of(*map(values, get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=4).map(tuple)
    return {
        str: st.text(max_size=20),
        int: st.integers(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        NoneType: st.none(),
    }[hint]


def events(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})


def line(stamped: Stamped) -> dict[str, Any]:
    """Return the record as a reader of the journal finds it."""
    found: dict[str, Any] = json.loads(json.dumps(record(stamped)))
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_event_comes_back_from_its_record(kind: type[Any], data: st.DataObject) -> None:
    stamped = Stamped(
        seq=data.draw(st.integers(0, 10**9)),
        at_s=data.draw(SECONDS),
        wall_s=data.draw(SECONDS),
        event=data.draw(events(kind)),
    )

    assert from_record(line(stamped)) == stamped


def test_every_event_has_a_name_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_field_hides_the_place_of_an_event(kind: type[Any]) -> None:
    assert {field.name for field in fields(kind)}.isdisjoint({"v", "seq", "at_s", "wall_s", "event", "name"})


def test_a_record_says_what_happened_and_when() -> None:
    assert line(STAMPED) == {
        "v": SCHEMA,
        "seq": 3,
        "at_s": 1.5,
        "wall_s": 1_700_000_000.25,
        "event": "run.waiting",
        "what": "a lock",
    }


def test_an_event_of_a_later_version_is_passed_over() -> None:
    assert from_record({**line(STAMPED), "event": "wheel.uploaded"}) is None


def test_a_field_of_a_later_version_is_ignored() -> None:
    assert from_record({**line(STAMPED), "since_s": 3}) == STAMPED


@pytest.mark.parametrize("version", [SCHEMA + 1, 0, None, "1"])
def test_a_record_of_another_schema_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match="schema"):
        from_record({**line(STAMPED), "v": version})


def test_what_is_no_event_record_is_refused() -> None:
    with pytest.raises(ValueError, match="names no event"):
        from_record({"v": SCHEMA, "seq": 0})


@pytest.mark.parametrize("key", ["seq", "at_s", "wall_s", "what"])
def test_a_record_that_lost_a_field_is_refused(key: str) -> None:
    torn = {name: value for name, value in line(STAMPED).items() if name != key}

    with pytest.raises(ValueError, match=r"incomplete run\.waiting record"):
        from_record(torn)


@pytest.mark.parametrize("key", ["seq", "at_s"])
def test_a_place_that_is_no_number_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="soon"):
        from_record({**line(STAMPED), key: "soon"})


@pytest.mark.parametrize("kind", [RunPlanned, StepFinished, RunFinished])
@given(data=st.data())
def test_a_field_with_a_default_may_be_missing(kind: type[Any], data: st.DataObject) -> None:
    event = data.draw(events(kind))
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    own = line(Stamped(seq=0, at_s=0, wall_s=0, event=event))
    kept = {name: own[name] for name in own if name in needed | {"v", "seq", "at_s", "wall_s", "event"}}

    found = from_record(kept)

    assert found is not None
    assert all(getattr(found.event, name) == getattr(event, name) for name in needed)

"""What earlier runs of a release did: the digests count, and the last plan."""

from wheelmatrix.events import Event, ReleasePlanned, Stamped, UploadEnded, UploadTried
from wheelmatrix.options import BuildOptions
from wheelmatrix.publish.past import Past, fold, to_same_index

INDEX = "https://index.example/legacy/"


def planned(*names: str, build: str = "1") -> ReleasePlanned:
    return ReleasePlanned(
        project="demo",
        version="1.0",
        repository=INDEX,
        simple="https://index.example/simple/",
        steps=tuple(f"upload:{name}" for name in names),
        files=tuple(f"dist/{name}" for name in names),
        sizes_bytes=(1,) * len(names),
        sha256=tuple(name + build for name in names),
    )


def tried(name: str) -> UploadTried:
    return UploadTried(step=f"upload:{name}", attempt=1)


def ended(name: str, state: str, *, build: str = "1", status: int = 0) -> UploadEnded:
    return UploadEnded(
        step=f"upload:{name}", state=state, attempts=1, status=status, message="", sha256=name + build
    )  # fmt: skip


def after(past: Past, *events: Event) -> Past:
    return fold(past, (Stamped(seq=at, at_s=0.0, wall_s=0.0, event=event) for at, event in enumerate(events)))


def test_what_one_run_began_another_may_see_arrive() -> None:
    first = after(Past(), planned("a", "b"), tried("a"))
    second = after(first, planned("a", "b"), ended("a", "confirmed"))

    assert (first.open, first.missing) == ({"a1"}, ("dist/a", "dist/b"))
    assert (second.open, second.arrived, second.missing) == (frozenset(), {"a1"}, ("dist/b",))


def test_a_file_that_was_built_anew_is_missing_again() -> None:
    found = after(after(Past(), planned("a"), ended("a", "stored")), planned("a", build="2"))

    assert found.missing == ("dist/a",)


def test_who_gave_up_after_an_error_does_not_know_whether_it_arrived() -> None:
    unknown = after(Past(), planned("a"), tried("a"), ended("a", "gave-up", status=503))
    refused = after(Past(), planned("a"), tried("a"), ended("a", "gave-up", status=429))

    assert (unknown.open, refused.open) == ({"a1"}, frozenset())


def test_a_release_goes_on_at_the_index_that_it_began_at() -> None:
    found = to_same_index(BuildOptions(), planned("a"))

    assert (found.repository_url, found.simple_url) == (INDEX, "https://index.example/simple/")


def test_another_index_that_is_asked_for_is_taken() -> None:
    asked = BuildOptions(repository="testpypi")

    assert to_same_index(asked, planned("a")) is asked

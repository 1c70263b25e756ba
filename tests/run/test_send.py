"""One attempt: the form around the file, and no whole form of a file that is no longer the one that was looked at."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import anyio
import pytest
from releasing import distribution
from tests.index import FakeIndex, basic, hanging, make_wheel, metadata_of, refused, reset

from wheelmatrix.model.release import Distribution
from wheelmatrix.publish.answer import Answer, Lost
from wheelmatrix.run.http import Client, client, wire
from wheelmatrix.run.send import ACCEPT, Changed, is_unchanged, send_file, send_probe

T = TypeVar("T")
WHO = {"Authorization": basic("u", "p")}
LARGE_BYTES = 3_000_000


def looked(path: Path) -> Distribution:
    return distribution(path)


def done(work: Callable[[Client], Awaitable[T]]) -> T:
    async def main() -> T:
        async with client(wire(user_agent="demo/1", read_timeout_s=0.3, ca_bundle="", client_cert="")) as web:
            return await work(web)

    return anyio.run(main)


def sent(index: FakeIndex, file: Distribution, told: Callable[[int], None] = lambda _: None) -> Answer | Lost:
    return done(lambda web: send_file(web, index.upload_url, WHO, file, told))


def test_a_file_goes_out_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    path = make_wheel(tmp_path, payload_bytes=LARGE_BYTES, metadata=metadata_of("demo", "1.0", "Author: Żółw"))
    out: list[int] = []
    with FakeIndex() as index:
        answer = sent(index, looked(path), out.append)

    (post,) = index.posts
    assert (answer, index.files) == (Answer(status=200, text="OK"), {path.name: path.read_bytes()})
    assert out == sorted(out)
    assert out[-1] == path.stat().st_size
    assert post.values("author") == ["Żółw"]
    assert post.headers["accept"] == ACCEPT
    assert post.headers["content-length"] == str(post.received_bytes)


def test_an_answer_is_what_the_server_said(tmp_path: Path) -> None:
    with FakeIndex({"*": [refused(503, "Come back", retry_after="7")]}) as index:
        answer = sent(index, looked(make_wheel(tmp_path)))

    assert answer == Answer(status=503, text="Come back", retry_after_s=7.0)


@pytest.mark.parametrize(("turn", "when"), [(reset("before-answer"), "send"), (hanging(), "read")])
def test_no_answer_is_a_value_too(turn: object, when: str, tmp_path: Path) -> None:
    with FakeIndex({"*": [turn]}) as index:  # type: ignore[list-item]  # a Turn
        found = sent(index, looked(make_wheel(tmp_path)))

    assert isinstance(found, Lost)
    assert found.when == when


def test_each_form_has_a_boundary_of_its_own(tmp_path: Path) -> None:
    file = looked(make_wheel(tmp_path))
    with FakeIndex() as index:
        sent(index, file)
        sent(index, file)

    assert len({post.headers["content-type"] for post in index.posts}) == 2


# A file that changes


def touched(path: Path) -> None:
    os.utime(path, ns=(0, 0))


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize("change", [touched, grown, Path.unlink])
def test_a_file_that_changed_before_is_not_begun(change: Callable[[Path], object], tmp_path: Path) -> None:
    path = make_wheel(tmp_path)
    file = looked(path)
    change(path)
    with FakeIndex() as index, pytest.raises(Changed):
        sent(index, file)

    assert not index.posts


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(LARGE_BYTES // 3)


def replaced(path: Path) -> None:
    touched(make_wheel(path.parent, payload_bytes=LARGE_BYTES, seed=1))


@pytest.mark.parametrize("change", [touched, grown, cut, replaced])
def test_of_a_file_that_changes_on_the_way_no_whole_form_is_sent(
    change: Callable[[Path], object], tmp_path: Path
) -> None:
    path = make_wheel(tmp_path, payload_bytes=LARGE_BYTES)
    file, is_changed = looked(path), False

    def told(_: int) -> None:
        nonlocal is_changed
        if not is_changed:
            change(path)
            is_changed = True

    with FakeIndex() as index, pytest.raises(Changed):
        sent(index, file, told)

    assert index.files == {}
    assert not any(post.is_complete for post in index.posts)


def test_a_file_is_compared_whole(tmp_path: Path) -> None:
    path = make_wheel(tmp_path)
    file = looked(path)

    assert is_unchanged(file)
    touched(path)
    assert is_unchanged(file)
    grown(path)
    assert not is_unchanged(file)
    path.unlink()
    assert not is_unchanged(file)


# Without the file


def test_a_probe_sends_the_form_and_no_file(tmp_path: Path) -> None:
    file = looked(make_wheel(tmp_path, payload_bytes=LARGE_BYTES))
    with FakeIndex() as index:
        answer = done(lambda web: send_probe(web, index.upload_url, WHO, file))
        wrong = done(lambda web: send_probe(web, index.upload_url, {"Authorization": basic("u", "wrong")}, file))

    assert answer == Answer(status=400, text="Upload payload does not have a file.")
    assert isinstance(wrong, Answer)
    assert wrong.status == 403
    assert [(post.filename, post.values("name"), post.is_complete) for post in index.posts] == [
        ("", ["demo"], True)
    ] * 2
    assert index.body_bytes < 20_000


def test_a_probe_without_an_answer_is_a_value_too(tmp_path: Path) -> None:
    file = looked(make_wheel(tmp_path))
    with FakeIndex({"": [hanging()]}) as index:
        found = done(lambda web: send_probe(web, index.upload_url, WHO, file))

    assert isinstance(found, Lost)

"""What an index lists: asked for with care, and never guessed."""

from collections.abc import Mapping, Sequence
from typing import Any

import anyio
import pytest
from releasing import impatient
from tests.index import FakeIndex, Pages, basic

from wheelmatrix.model.release import Listing
from wheelmatrix.run.http import client, wire
from wheelmatrix.run.index import list_project

assert impatient  # a fixture, of every test here
OWN = {"Authorization": basic("u", "p")}
FILES = {"demo-1.0.tar.gz": b"1"}


def listed(
    simple_url: str, project: str = "demo", authorization: Mapping[str, str] = OWN, **options: Any
) -> Listing:  # fmt: skip
    async def main() -> Listing:
        async with client(wire(user_agent="demo/1", read_timeout_s=5.0, ca_bundle="", client_cert="")) as web:
            return await list_project(web, simple_url, project, authorization=authorization, **options)

    return anyio.run(main)


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_project_is_listed_by_its_normalised_name(form: Any) -> None:
    with FakeIndex(files={"de_mo-1.0.tar.gz": b"1"}, pages=Pages(form=form)) as index:
        found = listed(index.simple_url, "De.Mo")

    assert (found.state, set(found.files)) == ("known", {"de_mo-1.0.tar.gz"})
    assert [read.path for read in index.reads] == ["/simple/de-mo/"]
    assert index.reads[0].headers["cache-control"] == "no-cache"


def test_a_project_that_is_not_there_is_absent() -> None:
    with FakeIndex() as index:
        assert listed(index.simple_url).state == "absent"
        assert len(index.reads) == 1


def test_a_password_is_shown_only_where_the_page_is_refused_without_it() -> None:
    with FakeIndex(files=FILES) as index, FakeIndex(files=FILES, pages=Pages(accepts=frozenset(OWN.values()))) as own:
        assert listed(index.simple_url).state == listed(own.simple_url).state == "known"

    assert ["authorization" in read.headers for read in index.reads] == [False]
    assert ["authorization" in read.headers for read in own.reads] == [False, True]


def test_a_page_that_nobody_may_read_is_unknown() -> None:
    with FakeIndex(files=FILES, pages=Pages(accepts=frozenset())) as index:
        found = [listed(index.simple_url), listed(index.simple_url, authorization={})]

    assert [(each.state, each.because) for each in found] == [("unknown", "its page of the project answers 401")] * 2
    assert len(index.reads) == 3


@pytest.mark.parametrize("statuses", [(503,), (429, 502), (500, 504)])
def test_a_page_that_is_not_to_be_had_is_asked_for_again(statuses: Sequence[int]) -> None:
    with FakeIndex(files=FILES, pages=Pages(statuses=statuses)) as index:
        assert listed(index.simple_url).state == "known"
        assert len(index.reads) == len(statuses) + 1


@pytest.mark.parametrize("tries", [1, 2, 3])
def test_after_its_tries_a_page_is_unknown(tries: int) -> None:
    with FakeIndex(files=FILES, pages=Pages(always=503)) as index:
        found = listed(index.simple_url, tries=tries)

    assert (found.state, found.because) == ("unknown", "its page of the project answers 503")
    assert len(index.reads) == tries


def test_an_index_that_is_not_there_is_unknown() -> None:
    with FakeIndex() as gone:
        pass

    found = listed(gone.simple_url)
    assert (found.state, "no connection" in found.because) == ("unknown", True)


def test_the_page_of_another_host_says_nothing_of_this_index() -> None:
    with FakeIndex(files=FILES) as other, FakeIndex(pages=Pages(elsewhere=other.simple_url)) as index:
        found = listed(index.simple_url)

    assert (found.state, found.files) == ("unknown", {})
    assert other.requests == 0


def test_a_redirect_to_a_port_that_there_is_not_is_unknown() -> None:
    with FakeIndex(pages=Pages(elsewhere="http://127.0.0.1:70000/")) as index:
        assert listed(index.simple_url).state == "unknown"

"""The legacy way to publish: one form a file, public at once, connections kept as long as they are whole."""

from pathlib import Path

import anyio
import pytest
from releasing import distribution
from tests.index import PASSWORD, USER, FakeIndex, Pages, basic, late, make_wheel

from wheelmatrix.model.release import Distribution, Listing, Repository
from wheelmatrix.publish.answer import Answer, Result
from wheelmatrix.publish.secret import Secret
from wheelmatrix.run.http import wire
from wheelmatrix.run.publisher import Legacy

HEADER = Secret(basic(USER, PASSWORD))
WIRE = wire(user_agent="test", read_timeout_s=30, ca_bundle="", client_cert="")


def wheel(directory: Path) -> Distribution:
    path = make_wheel(directory, payload_bytes=1000)
    return distribution(path)


def legacy(index: FakeIndex) -> Legacy:
    return Legacy(WIRE, Repository(name="x", upload_url=index.upload_url, simple_url=index.simple_url), "demo", {})


def test_a_file_is_public_when_it_is_taken(tmp_path: Path) -> None:
    file = wheel(tmp_path)

    async def work(publisher: Legacy) -> tuple[Listing, Result, Listing]:
        before = await publisher.look()
        result = await publisher.put(file, HEADER, lambda _: None)
        after = await publisher.finish([file], 0.0)
        await publisher.close()
        return before, result, after

    with FakeIndex() as index:
        before, result, after = anyio.run(work, legacy(index))
        connections = index.connections

    assert before.state == "absent"
    assert isinstance(result, Answer)
    assert result.status == 200
    assert after.files[file.filename].sha256 == file.sha256
    assert connections == 1


def test_it_is_looked_for_until_it_is_listed(tmp_path: Path) -> None:
    file = wheel(tmp_path)

    async def work(publisher: Legacy) -> Listing:
        await publisher.put(file, HEADER, lambda _: None)
        listing = await publisher.finish([file], 0.0)
        await publisher.close()
        return listing

    with FakeIndex(pages=Pages(stale=3)) as index:
        found = anyio.run(work, legacy(index))

    assert file.filename in found.files


@pytest.mark.slow
def test_a_connection_that_was_cut_short_is_not_used_again(tmp_path: Path) -> None:
    file = wheel(tmp_path)

    async def work(publisher: Legacy) -> Result:
        with anyio.move_on_after(0.5):
            await publisher.put(file, HEADER, lambda _: None)
        result = await publisher.put(file, HEADER, lambda _: None)
        await publisher.close()
        return result

    with FakeIndex({"*": [late(3.0, times=1)]}) as index:
        result = anyio.run(work, legacy(index))
        connections = index.connections

    assert isinstance(result, Answer)
    assert result.status == 200
    assert connections == 2

"""A token is minted once for all files, anew before it ends, and never shown."""

import base64
import traceback
from itertools import count

import anyio
import pytest
from small_web import Heard, SmallWeb, jwt, trusted

from wheelmatrix.errors import UploadError
from wheelmatrix.publish.credentials import Chosen
from wheelmatrix.publish.oidc import NoAnswer
from wheelmatrix.publish.secret import Redaction, Secret
from wheelmatrix.run.authority import Fixed, insist

pytestmark = pytest.mark.anyio


def fresh():
    numbers = count(100)

    async def identity():
        await anyio.lowlevel.checkpoint()
        return Secret(jwt(next(numbers)))

    return identity


async def only_one():
    return Secret(jwt(7))


def token_of(header):
    return base64.b64decode(header.reveal().removeprefix("Basic ")).decode()


async def test_a_password_is_always_the_same():
    authority = Fixed(Chosen(user="alice", secret=Secret("canary"), source="TWINE_PASSWORD"))

    assert token_of(await authority.header(1 << 30, 1.0)) == "alice:canary"
    assert not await authority.renew()
    assert authority.source == "TWINE_PASSWORD"


async def test_eight_workers_mint_once():
    web, headers = SmallWeb(), []
    authority = trusted(web, fresh())

    async def work():
        headers.append(await authority.header(1000, None))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(work)

    assert web.asked == ["mint"]
    assert len(headers) == 8
    assert len(set(headers)) == 1
    assert token_of(headers[0]) == "__token__:minted-canary-1"


async def test_nothing_is_minted_before_a_header_is_asked_for():
    web = SmallWeb()

    assert trusted(web, fresh()).source == "trusted publishing (GitHub)"
    assert web.asked == []


async def test_a_token_is_minted_anew_before_it_ends():
    web = SmallWeb()
    authority = trusted(web, fresh())
    first = await authority.header(0, None)
    web.pass_s(779)
    same = await authority.header(0, None)
    web.pass_s(2)

    second = await authority.header(0, None)

    assert first == same != second
    assert web.asked == ["mint", "mint"]


async def test_a_large_file_wants_a_younger_token():
    web = SmallWeb()
    authority = trusted(web, fresh())
    first = await authority.header(0, None)
    web.pass_s(500)

    assert await authority.header(100 << 20, float(1 << 20)) == first
    assert await authority.header(100 << 20, float(1 << 18)) != first


async def test_eight_workers_with_files_for_hours_do_not_mint_eight_times():
    web = SmallWeb()
    authority = trusted(web, fresh())

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(authority.header, 1 << 40, 1.0)

    assert web.asked == ["mint"]


async def test_a_refused_token_is_minted_anew_once_for_all():
    web, headers = SmallWeb(), []
    authority = trusted(web, fresh())
    all_have_it = anyio.Event()

    async def work():
        await authority.header(0, None)
        started.append(None)
        if len(started) == 8:
            all_have_it.set()
        await all_have_it.wait()
        assert await authority.renew()
        headers.append(await authority.header(0, None))

    started = []
    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(work)

    assert web.asked == ["mint", "mint"]
    assert {token_of(header) for header in headers} == {"__token__:minted-canary-2"}


async def test_a_job_of_gitlab_gets_one_token_and_keeps_it():
    web, heard = SmallWeb(), Heard()
    authority = trusted(web, only_one, name="GitLab", again=False, heard=heard)
    first = await authority.header(0, None)
    web.pass_s(2000)

    assert await authority.header(0, None) == first
    assert not await authority.renew()
    assert web.asked == ["mint"]
    assert "gets only one" in heard.warned[0]


async def test_an_identity_that_was_exchanged_before_is_refused_with_its_claims():
    web = SmallWeb()
    await trusted(web, only_one, name="GitLab", again=False).header(0, None)

    with pytest.raises(UploadError) as caught:
        await trusted(web, only_one, name="GitLab", again=False).header(0, None)

    said = "".join(traceback.format_exception(caught.value))
    assert "already used" in said
    assert "only once" in said
    assert "repository: demo/demo" in said
    assert jwt(7) not in said
    assert "canary" not in said


async def test_an_answer_that_got_lost_costs_only_a_new_identity():
    web = SmallWeb(mints=[(0, b"the connection broke"), (503, b"")])

    header = await trusted(web, fresh()).header(0, None)

    assert web.asked == ["mint", "mint", "mint"]
    assert token_of(header).startswith("__token__:minted-canary-")


async def test_an_index_that_never_answers_is_an_error():
    web = SmallWeb(mints=[(503, b"")] * 9)

    with pytest.raises(UploadError, match="gives no token: the index answers 503"):
        await trusted(web, fresh()).header(0, None)
    assert web.asked == ["mint"] * 3


async def test_an_old_token_that_still_lasts_is_better_than_none():
    web, heard = SmallWeb(mints=[(200, b""), *[(500, b"")] * 6]), Heard()
    authority = trusted(web, fresh(), heard=heard)
    first = await authority.header(0, None)
    web.pass_s(850)

    assert await authority.header(0, None) == first
    assert "while it lasts" in heard.warned[0]
    web.pass_s(51)
    with pytest.raises(UploadError):
        await authority.header(0, None)


async def test_a_renewal_that_fails_says_why():
    web, heard = SmallWeb(mints=[(200, b""), *[(500, b"")] * 3]), Heard()
    authority = trusted(web, fresh(), heard=heard)
    await authority.header(0, None)

    assert not await authority.renew()
    assert "the index answers 500" in heard.warned[0]


@pytest.mark.parametrize("lifetime_s", [-3600.0, 0.0, 1e9])
async def test_clocks_that_differ_do_no_harm(lifetime_s):
    web = SmallWeb(lifetime_s=lifetime_s)
    authority = trusted(web, fresh())
    first = await authority.header(0, None)
    web.pass_s(700)

    assert await authority.header(0, None) == first
    web.pass_s(100)
    assert await authority.header(0, None) != first


async def test_github_hides_identity_and_token_before_anything_else():
    web, heard, redaction = SmallWeb(), Heard(), Redaction()

    header = await trusted(web, fresh(), heard=heard, redaction=redaction).header(0, None)

    assert heard.masked == [f"::add-mask::{jwt(100)}", "::add-mask::minted-canary-1"]
    assert "minted" not in redaction.clean(f"token minted-canary-1, {header.reveal()}")
    assert header.reveal() not in redaction.clean(header.reveal())


async def test_other_systems_are_told_no_commands_of_github():
    heard = Heard()
    await trusted(SmallWeb(), only_one, name="GitLab", again=False, heard=heard).header(0, None)

    assert heard.masked == []


async def test_nothing_of_an_authority_shows_its_token():
    authority = trusted(SmallWeb(), fresh())
    header = await authority.header(0, None)

    assert "canary" not in repr(authority) + str(header) + repr(vars(authority)["_held"])


async def test_what_answers_is_not_asked_again():
    async def ask():
        asked.append(None)
        return NoAnswer(because="x") if len(asked) < 2 else "yes"

    asked = []

    assert await insist(ask, 0.0) == "yes"
    assert len(asked) == 2

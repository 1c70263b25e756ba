"""Keyring, CI and user are asked only for what was not given, and what they say is shown to nobody."""

import base64
import sys
import threading
import traceback
from types import ModuleType, SimpleNamespace

import anyio
import pytest
from small_web import GITHUB, UPLOAD, Heard, SmallWeb, jwt

from wheelmatrix.errors import UploadError
from wheelmatrix.model.release import Repository
from wheelmatrix.publish.credentials import Known, given
from wheelmatrix.publish.secret import Redaction, Secret
from wheelmatrix.run.authority import Fixed, Trusted
from wheelmatrix.run.credential_sources import Means, authority, from_keyring

pytestmark = pytest.mark.anyio


def known(environment=None, **more):
    own = given(environment or {}, user=more.pop("user", None), password=None, token=None)
    repository = Repository(name="mine", upload_url=UPLOAD, simple_url="x/", index=more.pop("index", ""))
    return Known(**{"repository": repository, "given": own, "user_info": None, "section": None, **more})


def means(web=None, environment=None, *, heard=None, prompt=lambda user: None, redaction=None):
    heard = heard or Heard()
    return Means(
        web=web or SmallWeb(),
        environment=environment or {},
        redaction=redaction or Redaction(),
        prompt=prompt,
        mask=heard.masked.append,
        warn=heard.warned.append,
        pause_s=0.0,
    )


async def said(found):
    return base64.b64decode((await found.header(0, None)).reveal().removeprefix("Basic ")).decode()


@pytest.fixture
def keyring(monkeypatch):
    """A keyring with passwords by service and user, that remembers what it was asked."""
    module = ModuleType("keyring")
    module.passwords, module.asked = {}, []

    def get_password(service, user):
        module.asked.append((service, user))
        return module.passwords.get((service, user))

    def get_credential(service, user):
        module.asked.append((service, user))
        for (own, name), password in module.passwords.items():
            if own == service:
                return SimpleNamespace(username=name, password=password)
        return None

    module.get_password, module.get_credential = get_password, get_credential
    monkeypatch.setitem(sys.modules, "keyring", module)
    return module


@pytest.fixture
def no_keyring(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)


async def test_what_is_given_is_used_and_nobody_is_asked(keyring):
    redaction, heard = Redaction(), Heard()
    found = await authority(known({"WHEELMATRIX_TOKEN": "canary-given"}), means(heard=heard, redaction=redaction))

    assert await said(found) == "__token__:canary-given"
    assert found.source == "WHEELMATRIX_TOKEN"
    assert keyring.asked == heard.warned == []
    assert redaction.clean("canary-given") == "***"


async def test_warnings_are_told_of(keyring):
    heard = Heard()
    await authority(known({"TWINE_USERNAME": "a", "TWINE_PASSWORD": "pypi-x"}), means(heard=heard))

    assert "must be __token__" in heard.warned[0]


async def test_the_keyring_is_asked_by_the_whole_url(keyring):
    keyring.passwords = {(UPLOAD, "alice"): "canary-ring"}
    redaction = Redaction()

    found = await authority(known(user="alice"), means(redaction=redaction))

    assert keyring.asked == [(UPLOAD, "alice")]
    assert (await said(found), found.source) == ("alice:canary-ring", "the keyring")
    assert redaction.clean("canary-ring") == "***"


async def test_the_keyring_may_know_the_user_too(keyring):
    keyring.passwords = {(UPLOAD, "VssSessionToken"): "canary-ring"}

    found = await from_keyring(UPLOAD, None)

    assert (found.user, found.secret) == ("VssSessionToken", Secret("canary-ring"))
    assert keyring.asked == [(UPLOAD, None)]


async def test_a_known_index_is_looked_up_as_token(keyring):
    keyring.passwords = {(UPLOAD, "__token__"): "canary-ring"}

    assert await said(await authority(known(index="pypi"), means())) == "__token__:canary-ring"


@pytest.mark.parametrize("user", ["alice", None])
async def test_an_empty_keyring_says_so(keyring, user):
    assert "has nothing for" in await from_keyring(UPLOAD, user)


async def test_without_a_keyring_it_is_said_how_to_get_one(no_keyring):
    with pytest.raises(UploadError, match=r"keyring: it is not installed: wheelmatrix\[keyring\]"):
        await authority(known(), means())


async def test_a_back_end_that_fails_is_named_and_its_text_is_not_shown(keyring):
    def fail(service, user):
        raise RuntimeError("canary")

    keyring.get_password = fail

    assert await from_keyring(UPLOAD, "alice") == "it failed: RuntimeError"


async def test_a_machine_without_a_keyring_says_so(keyring):
    def fail(service, user):
        raise type("NoKeyringError", (RuntimeError,), {})

    keyring.get_password = fail

    assert await from_keyring(UPLOAD, "alice") == "this machine has none"


async def test_a_locked_keyring_is_not_waited_for_and_does_not_keep_the_program(keyring):
    unlocked, threads = threading.Event(), []

    def wait(service, user):
        threads.append(threading.current_thread())
        unlocked.wait(20)

    keyring.get_password = wait

    found = await from_keyring(UPLOAD, "alice", 0.01)

    assert "did not answer within 0.01 s" in found
    for thread in threads:
        assert thread.daemon
    unlocked.set()
    for thread in threads:
        await anyio.to_thread.run_sync(thread.join, 20)  # it tells the loop that it has ended


async def test_the_user_is_asked_last(keyring):
    asked = []

    def prompt(user):
        asked.append(user)
        return "bob", Secret("canary-typed")

    redaction = Redaction()
    found = await authority(known(can_prompt=True), means(prompt=prompt, redaction=redaction))

    assert asked == [None]
    assert (await said(found), found.source) == ("bob:canary-typed", "the terminal")
    assert keyring.asked == [(UPLOAD, None)]
    assert redaction.clean("canary-typed") == "***"


async def test_a_user_that_enters_nothing_ends_it(keyring):
    with pytest.raises(UploadError, match="terminal: nothing was entered"):
        await authority(known(can_prompt=True), means())


# The CI's identity


async def test_a_job_of_github_is_trusted(no_keyring):
    web, heard = SmallWeb(), Heard()
    found = await authority(known(ci="GitHub"), means(web, GITHUB, heard=heard))

    assert isinstance(found, Trusted)
    assert web.asked == ["audience"]
    assert await said(found) == "__token__:minted-canary-2"
    assert web.headers[1] == {"Authorization": "Bearer canary-request"}
    assert heard.masked[0] == f"::add-mask::{jwt(1)}"


async def test_an_index_without_trusted_publishing_has_none(no_keyring):
    web = SmallWeb(audiences=[(404, b"")])

    with pytest.raises(UploadError, match="trusted publishing: the index does not have it"):
        await authority(known(ci="GitHub"), means(web, GITHUB))
    assert web.asked == ["audience"]


async def test_an_index_that_is_out_of_order_is_asked_thrice(no_keyring):
    web = SmallWeb(audiences=[(503, b""), (0, b"no connection")])

    assert isinstance(await authority(known(ci="GitHub"), means(web, GITHUB)), Trusted)
    assert web.asked == ["audience"] * 3
    with pytest.raises(UploadError, match="trusted publishing: the index answers 503"):
        await authority(known(ci="GitHub"), means(SmallWeb(audiences=[(503, b"")] * 3), GITHUB))


async def test_a_job_without_the_permission_is_told_of_it(no_keyring):
    with pytest.raises(UploadError, match="id-token: write"):
        await authority(known(ci="GitHub"), means(environment={"GITHUB_ACTIONS": "true"}))


async def test_a_job_of_gitlab_has_its_identity_in_a_variable(no_keyring):
    environment = {"GITLAB_CI": "true", "PYPI_ID_TOKEN": jwt(1)}
    found = await authority(known(ci="GitLab"), means(environment=environment))

    assert await said(found) == "__token__:minted-canary-1"
    with pytest.raises(UploadError, match="PYPI_ID_TOKEN: aud: pypi"):
        await authority(known(ci="GitLab"), means(environment={"GITLAB_CI": "true"}))


async def test_github_that_gives_no_identity_is_an_error(no_keyring):
    web = SmallWeb(identities=[(500, b"canary")] * 3)
    found = await authority(known(ci="GitHub"), means(web, GITHUB))

    with pytest.raises(UploadError, match="GitHub answers 500") as caught:
        await found.header(0, None)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


async def test_without_a_ci_only_who_insists_is_told(no_keyring):
    with pytest.raises(UploadError, match="nothing says"):
        await authority(known(), means())
    assert isinstance(await authority(known(trusted_publishing="always"), means()), Trusted)


@pytest.fixture
def other_ci(monkeypatch):
    module = ModuleType("id")
    module.IdentityError, module.asked = KeyError, []

    def detect_credential(audience):
        module.asked.append(audience)
        return jwt(len(module.asked))

    module.detect_credential, module.__spec__ = detect_credential, SimpleNamespace(name="id")
    monkeypatch.setitem(sys.modules, "id", module)
    return module


async def test_other_systems_are_asked_by_the_id_package(no_keyring, other_ci):
    found = await authority(known(ci="Buildkite"), means(environment={"BUILDKITE": "true"}))

    assert await said(found) == "__token__:minted-canary-1"
    assert await found.renew()
    assert other_ci.asked == ["pypi", "pypi"]


async def test_the_id_package_that_fails_is_named_and_its_text_is_not_shown(no_keyring, other_ci):
    def fail(audience):
        raise ValueError("canary")

    other_ci.detect_credential = fail
    found = await authority(known(ci="CircleCI"), means(environment={"CIRCLECI": "true"}))

    with pytest.raises(UploadError, match="CircleCI cannot prove who it is: it failed: ValueError") as caught:
        await found.header(0, None)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


async def test_what_the_id_package_says_for_users_is_told_them(no_keyring, other_ci):
    def fail(audience):
        raise KeyError(f"no agent for {jwt(1)}")

    other_ci.detect_credential = fail
    found = await authority(known(ci="Buildkite"), means(environment={"BUILDKITE": "true"}))

    with pytest.raises(UploadError, match=r"no agent for \*\*\*"):
        await found.header(0, None)


async def test_the_id_package_may_see_nothing(no_keyring, other_ci):
    other_ci.detect_credential = lambda audience: None
    found = await authority(known(trusted_publishing="always"), means())

    with pytest.raises(UploadError, match="no system that could prove it is seen"):
        await found.header(0, None)


async def test_without_the_id_package_it_is_said_how_to_get_it(no_keyring, monkeypatch):
    monkeypatch.setattr("wheelmatrix.run.credential_sources.find_spec", lambda name: None)

    with pytest.raises(UploadError, match=r"on Buildkite it needs wheelmatrix\[oidc\]"):
        await authority(known(ci="Buildkite"), means(environment={"BUILDKITE": "true"}))


async def test_nothing_that_is_asked_with_or_found_shows_a_secret(keyring):
    keyring.passwords = {(UPLOAD, "alice"): "canary-ring"}
    state = known({"TWINE_USERNAME": "alice"})
    ways = means(environment=GITHUB)
    found = await authority(state, ways)

    assert isinstance(found, Fixed)
    assert "canary" not in repr(ways) + repr(state) + repr(found) + str(await found.header(0, None)) + repr(vars(found))

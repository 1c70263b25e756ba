"""One user and one secret are chosen, by a known order, or it is said what to ask."""

import base64
import traceback

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from wheelmatrix.errors import ConfigError, UploadError
from wheelmatrix.model.release import Repository
from wheelmatrix.publish.address import UserInfo
from wheelmatrix.publish.credentials import (
    TOKENS,
    USERS_AND_PASSWORDS,
    VARIABLES,
    Chosen,
    Known,
    Next,
    choose,
    given,
    warnings_of,
)
from wheelmatrix.publish.pypirc import Section
from wheelmatrix.publish.secret import Redaction, Secret

PUBLIC = Repository(name="pypi", upload_url="https://index.example/legacy/", simple_url="x/", index="pypi")
PRIVATE = Repository(name="mine", upload_url="https://packages.example/", simple_url="x/")
CANARY = "canary-0123456789"


def known(environment=None, *, user=None, password=None, token=None, **more):
    secrets = {"password": password, "token": token}
    own = given(environment or {}, user=user, **{name: text and Secret(text) for name, text in secrets.items()})
    return Known(**{"repository": PRIVATE, "given": own, "user_info": None, "section": None, **more})


def section(user=None, password=None):
    return Section(name="mine", repository=Secret(""), user=user, password=password and Secret(password))


def chosen(state, tried=None):
    found = choose(state, tried or {})
    assert isinstance(found, Chosen)
    return found.user, found.secret.reveal(), found.source


def info(user, password):
    return UserInfo(user=user, password=None if password is None else Secret(password))


# What is given outright


@pytest.mark.parametrize("variable", TOKENS)
def test_a_token_has_its_own_user(variable):
    assert chosen(known({variable: f" {CANARY}\n"})) == ("__token__", CANARY, variable)


@pytest.mark.parametrize(("user", "password"), USERS_AND_PASSWORDS)
def test_users_and_passwords_of_every_client_are_read(user, password):
    assert chosen(known({user: "alice", password: f" {CANARY}\r\n"})) == ("alice", f" {CANARY}", password)


def test_the_command_line_is_read():
    assert chosen(known(user="alice", password=CANARY)) == ("alice", CANARY, "--password")
    assert chosen(known(token=f"{CANARY}\n")) == ("__token__", CANARY, "--token-file")


def test_user_and_password_may_be_of_different_sources():
    assert chosen(known({"TWINE_PASSWORD": CANARY}, user="alice")) == ("alice", CANARY, "TWINE_PASSWORD")


def test_the_same_value_twice_is_no_conflict():
    environment = {"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": CANARY, "MATURIN_PYPI_TOKEN": CANARY}

    assert chosen(known(environment, token=CANARY))[:2] == ("__token__", CANARY)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        (
            {"MATURIN_PYPI_TOKEN": "canary-1", "UV_PUBLISH_TOKEN": "canary-2"},
            ("MATURIN_PYPI_TOKEN", "UV_PUBLISH_TOKEN"),
        ),
        ({"TWINE_PASSWORD": "canary-1", "MATURIN_PASSWORD": "canary-2"}, ("TWINE_PASSWORD", "MATURIN_PASSWORD")),
        ({"TWINE_USERNAME": "canary", "WHEELMATRIX_TOKEN": "canary-2"}, ("TWINE_USERNAME", "WHEELMATRIX_TOKEN")),
        (
            {"TWINE_USERNAME": "canary", "UV_PUBLISH_USERNAME": "canary-2", "UV_PUBLISH_PASSWORD": "canary-3"},
            ("TWINE_USERNAME", "UV_PUBLISH_USERNAME"),
        ),
    ],
)
def test_two_that_differ_are_named_and_not_shown(environment, names):
    with pytest.raises(ConfigError) as caught:
        choose(known(environment), {})

    assert all(name in str(caught.value) for name in names)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_the_command_line_does_not_win_silently_over_a_variable():
    with pytest.raises(ConfigError, match="--password and TWINE_PASSWORD give different secrets"):
        choose(known({"TWINE_PASSWORD": "other"}, user="alice", password=CANARY), {})


def test_an_empty_user_is_one_where_it_is_meant():
    assert chosen(known(user="", password=CANARY))[0] == ""
    assert chosen(known({"UV_PUBLISH_USERNAME": "", "UV_PUBLISH_PASSWORD": CANARY}))[0] == ""
    assert chosen(known({"TWINE_USERNAME": "", "UV_PUBLISH_USERNAME": "a", "UV_PUBLISH_PASSWORD": CANARY}))[0] == "a"


def test_a_known_index_takes_tokens_alone():
    for user in (None, ""):
        assert chosen(known(user=user, password=CANARY, repository=PUBLIC))[0] == "__token__"


def test_a_token_is_known_by_its_beginning():
    assert chosen(known({"TWINE_PASSWORD": "pypi-x"}))[0] == "__token__"


def test_a_password_needs_a_user():
    with pytest.raises(ConfigError, match="TWINE_PASSWORD gives a password, but nothing says whose"):
        choose(known({"TWINE_PASSWORD": CANARY}), {})


def test_a_user_with_a_colon_is_refused():
    with pytest.raises(ConfigError, match="colon"):
        choose(known(user="a:b", password=CANARY), {})


# The order


def test_what_is_given_outright_wins_over_url_and_file():
    state = known({"WHEELMATRIX_TOKEN": CANARY}, user_info=info("bob", "x"), section=section("carol", "y"))

    assert chosen(state) == ("__token__", CANARY, "WHEELMATRIX_TOKEN")


def test_the_url_wins_over_the_file():
    assert chosen(known(user_info=info("bob", "x"), section=section("carol", "y"))) == ("bob", "x", "the URL")


def test_a_url_may_have_a_token_for_a_user_and_an_empty_password():
    found = choose(known(user_info=info(CANARY, "")), {})

    assert (found.user, found.secret) == (CANARY, Secret(""))
    assert Secret(CANARY) in found.secrets
    assert CANARY not in repr(found)


def test_the_file_is_read_behind_the_url():
    assert chosen(known(section=section("carol", "y"))) == ("carol", "y", "section [mine] of ~/.pypirc")
    assert chosen(known(user_info=info("carol", None), section=section(None, "y")))[0] == "carol"


def test_a_password_of_somebody_else_is_not_taken():
    found = choose(known(user="alice", user_info=info("bob", "x"), section=section("carol", "y")), {})

    assert found == Next(way="keyring", user="alice")


def test_a_user_from_the_file_serves_a_password_from_a_variable():
    assert chosen(known({"TWINE_PASSWORD": CANARY}, section=section("carol", "y")))[:2] == ("carol", CANARY)
    assert chosen(known({"TWINE_PASSWORD": CANARY}, user_info=info("bob", "x")))[:2] == ("bob", CANARY)


def test_keyring_ci_and_user_are_asked_in_this_order():
    state, tried = known(ci="GitHub", can_prompt=True), {}

    for way in ("keyring", "oidc", "prompt"):
        assert choose(state, tried) == Next(way=way, user=None)
        tried[way] = f"no {way}"
    with pytest.raises(UploadError) as caught:
        choose(state, tried)
    said = str(caught.value)
    assert all(f"no {way}" in said for way in tried)
    for each in (
        "WHEELMATRIX_TOKEN",
        "--token-file",
        "--username",
        ".pypirc",
        "wheelmatrix[keyring]",
        "trusted publisher",
    ):
        assert each in said


def test_nobody_is_asked_where_nobody_is():
    with pytest.raises(UploadError, match="nothing says in whose name"):
        choose(known(), {"keyring": "x"})


def test_a_known_index_is_asked_for_as_token():
    assert choose(known(repository=PUBLIC), {}) == Next(way="keyring", user="__token__")


def test_who_names_a_user_does_not_mean_this_ci():
    with pytest.raises(UploadError):
        choose(known(user="alice", ci="GitHub"), {"keyring": "x"})
    assert choose(known(user="__token__", ci="GitHub"), {"keyring": "x"}) == Next(way="oidc", user="__token__")


def test_trusted_publishing_may_be_switched_off():
    with pytest.raises(UploadError):
        choose(known(ci="GitHub", trusted_publishing="never"), {"keyring": "x"})


def test_trusted_publishing_may_be_the_only_way():
    state = known(trusted_publishing="always", section=section("carol", "y"))

    assert choose(state, {}) == Next(way="oidc", user="__token__")
    with pytest.raises(UploadError, match="does not work: the job may not"):
        choose(state, {"oidc": "the job may not"})


@pytest.mark.parametrize(
    ("more", "source"), [({"password": "x"}, "--password"), ({"user_info": info("bob", "x")}, "the URL")]
)
def test_a_password_contradicts_the_only_way(more, source):
    with pytest.raises(ConfigError, match=source):
        choose(known(trusted_publishing="always", **more), {})


# What is said


def test_an_empty_variable_is_told_of():
    state = known({"WHEELMATRIX_TOKEN": ""})

    with pytest.raises(UploadError, match="WHEELMATRIX_TOKEN is empty"):
        choose(state, {"keyring": "x"})
    assert warnings_of(state, None) == ("WHEELMATRIX_TOKEN is there, but empty: is that secret given to this job?",)


def test_a_password_on_the_command_line_is_warned_of():
    state = known(user="alice", password=CANARY)

    warnings = warnings_of(state, choose(state, {}))

    assert "seen by everybody" in warnings[0]
    assert CANARY not in "".join(warnings)


def test_a_token_with_another_user_is_warned_of():
    state = known({"TWINE_USERNAME": "alice", "TWINE_PASSWORD": "pypi-x"})

    assert "must be __token__" in warnings_of(state, choose(state, {}))[0]
    assert warnings_of(known(token="pypi-x"), choose(known(token="pypi-x"), {})) == ()


def test_the_header_is_basic_in_utf_8():
    found = Chosen(user="älice", secret=Secret("pä:ss"), source="x").header

    scheme, _, encoded = found.reveal().partition(" ")
    assert (scheme, base64.b64decode(encoded).decode()) == ("Basic", "älice:pä:ss")


@drawn(st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from(["", "canary-1", "canary-2"])), st.booleans())
def test_no_choice_error_or_warning_shows_a_value(environment, is_always):
    trusted = "always" if is_always else "auto"
    state = known(environment, trusted_publishing=trusted, section=section("canary-3", "canary-4"))
    try:
        found = choose(state, {"keyring": "nothing"})
        said = repr(found) + str(found) + "".join(warnings_of(state, found if isinstance(found, Chosen) else None))
        redacted = Redaction(*found.secrets).clean(found.header.reveal()) if isinstance(found, Chosen) else ""
        said += redacted
    except (ConfigError, UploadError) as error:
        said = "".join(traceback.format_exception(error))

    assert "canary" not in said + repr(state)

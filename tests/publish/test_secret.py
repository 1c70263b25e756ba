"""Secrets hide themselves, and are taken out of every text."""

import base64
import copy
import dataclasses
import html
import json
import pickle
import string
import traceback
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.publish.secret import Redaction, Secret

CANARY = "s3cr3t/Canary+%25 ü"
PASSWORDS = st.text(alphabet=string.ascii_letters + string.digits + "/+%&:@ü€\"'\\", min_size=8, max_size=40)


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    value: Secret


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{:>40}".format, ascii, lambda secret: f"{secret!r:5}"])
def test_no_way_to_show_a_secret_shows_it(show):
    assert "Canary" not in show(Secret(CANARY))
    assert "Canary" not in show(Holder(Secret(CANARY)).value)
    assert "Canary" not in repr([Holder(Secret(CANARY))])


def test_a_secret_is_told_to_who_asks():
    assert Secret(CANARY).reveal() == CANARY


def test_a_secret_is_neither_pickled_nor_written_as_json():
    with pytest.raises(TypeError, match="not written down"):
        pickle.dumps(Secret(CANARY))
    with pytest.raises(TypeError):
        json.dumps({"password": Secret(CANARY)})
    assert not hasattr(Secret(CANARY), "__dict__")


def test_a_copy_of_a_record_keeps_its_secret_hidden():
    found = dataclasses.asdict(Holder(Secret(CANARY)))

    assert "Canary" not in repr(found)
    assert copy.copy(found["value"]) == copy.deepcopy(found["value"]) == Secret(CANARY)


def test_a_secret_does_not_change():
    secret = Secret(CANARY)

    with pytest.raises(AttributeError):
        secret._value = "other"
    with pytest.raises(AttributeError):
        del secret._value
    assert secret.reveal() == CANARY


def test_secrets_are_equal_by_value_and_only_to_secrets():
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"
    assert not Secret("")


def test_an_error_about_a_secret_does_not_show_it():
    try:
        raise ValueError(Secret(CANARY), f"{Secret(CANARY)}")
    except ValueError:
        assert "Canary" not in traceback.format_exc()


@given(PASSWORDS, st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_cleaned_away_in_every_form(password, before, after):
    redaction = Redaction(Secret(password))
    forms = (
        password, quote(password, safe=""), quote(password), quote_plus(password), json.dumps(password),
        json.dumps(password, ensure_ascii=False), repr(password), repr({"p": password}),
    )  # fmt: skip

    for form in forms:
        assert password not in redaction.clean(before + form + after)
        assert form.strip("\"'") not in redaction.clean(before + form + after)


@given(PASSWORDS, st.text(max_size=9), st.text(max_size=9))
def test_base64_of_what_holds_a_secret_is_cleaned_away(password, user, more):
    encoded = base64.b64encode(f"{user}:{password}{more}".encode()).decode()

    cleaned = Redaction(Secret(password)).clean(f"header={encoded}")

    assert encoded not in cleaned
    assert "***" in cleaned
    left = cleaned.removeprefix("header=").split("***")[0]
    assert password.encode()[1:] not in base64.b64decode(left[: len(left) // 4 * 4])


def test_the_form_of_basic_authentication_is_cleaned_away():
    header = "Basic " + base64.b64encode(b"__token__:canary-password").decode()

    assert Redaction(Secret("canary-password")).clean(f"sent {header} to it") == "sent Basic *** to it"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("token pypi-AgEIcHlwaS5vcmcCJDAwMDAw was refused", "token *** was refused"),
        ("Basic dXNlcjpwYXNzd29yZA==", "Basic ***"),
        ("got 'Bearer abc123def456'", "got 'Bearer ***'"),
        ("Authorization: Basic eA==", "Authorization: ***"),
        ("{'authorization': 'token abcdef'}", "{'authorization': '***'}"),
        ("jwt eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln.", "jwt ***."),
        ("POST https://user:pa55@index.example/legacy/", "POST https://***@index.example/legacy/"),
    ],
)
def test_what_looks_like_a_credential_is_cleaned_away_unknown(text, cleaned):
    assert Redaction().clean(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication is required",
        "bearer of news",
        "pypi-attestations and pypi-server-of-the-company",
        "https://index.example/legacy/ at 10:00, ask me@home.example",
        "",
    ],
)
def test_what_only_looks_a_bit_like_one_stays(text):
    assert Redaction(Secret("")).clean(text) == text


def test_a_short_secret_is_cleaned_away_as_a_word_only():
    redaction = Redaction(Secret("p"), Secret("abc"))

    assert redaction.clean("user u, password p; pip, abcd, =abc") == "user u, password ***; pip, abcd, =***"


def test_a_secret_within_another_leaves_nothing_of_it():
    assert Redaction(Secret("canary"), Secret("canary-longer")).clean("canary-longer, canary") == "***, ***"


def test_a_secret_that_is_learnt_later_is_cleaned_away():
    redaction = Redaction()
    before = redaction.clean("minted-token-1")
    redaction.learn(Secret("minted-token-1"))

    assert (before, redaction.clean("minted-token-1")) == ("minted-token-1", "***")
    assert "minted" not in repr(redaction)


def test_markup_around_a_secret_does_not_save_it():
    assert "canary-pw" not in Redaction(Secret("canary-pw")).clean(html.escape("<b>canary-pw</b>"))

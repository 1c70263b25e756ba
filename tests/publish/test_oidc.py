"""Trusted publishing: what the servers say, and when a token is too old."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.publish.oidc import (
    Ci,
    Minted,
    NoAnswer,
    Refused,
    audience_of,
    audience_url,
    ci_of,
    claims_of,
    github_identity,
    github_request,
    gitlab_variable,
    mint_url,
    minted,
    must_refresh,
    refusal,
)
from wheelmatrix.publish.secret import Secret


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


CLAIMS = {
    "sub": "repo:demo/demo:environment:release",
    "repository": "demo/demo",
    "workflow_ref": "demo/demo/.github/workflows/release.yml@refs/tags/v1",
    "environment": "release",
    "ref": "refs/tags/v1\x1b[31m",
    "jti": "canary-jti",
}
JWT = Secret(f"{encoded({'alg': 'RS256'})}.{encoded(CLAIMS)}.canary-signature")


@pytest.mark.parametrize(
    ("environment", "name", "again"),
    [
        ({"GITHUB_ACTIONS": "true"}, "GitHub", True),
        ({"GITLAB_CI": "true"}, "GitLab", False),
        ({"BUILDKITE": "true"}, "Buildkite", True),
        ({"CIRCLECI": "true"}, "CircleCI", True),
        ({"GOOGLE_SERVICE_ACCOUNT_NAME": "a@b"}, "Google Cloud", True),
        ({"K_SERVICE": "x"}, "Google Cloud", True),
    ],
)
def test_the_ci_system_shows_in_the_variables(environment, name, again):
    found = ci_of(environment)

    assert (found.name, found.can_mint_again) == (name, again)


def test_a_job_of_github_needs_the_permission():
    variables = {f"ACTIONS_ID_TOKEN_REQUEST_{name}": "x" for name in ("URL", "TOKEN")}

    assert "id-token: write" in ci_of({"GITHUB_ACTIONS": "true"}).lacks
    assert ci_of({"GITHUB_ACTIONS": "true", **variables}) == Ci(name="GitHub", can_mint_again=True)


def test_a_machine_of_ones_own_is_no_ci():
    assert ci_of({"CI": "true", "GITHUB_ACTIONS": ""}) is None


def test_the_two_addresses_are_on_the_host_of_the_upload_url():
    assert audience_url("https://index.example:8443/legacy/?a") == "https://index.example:8443/_/oidc/audience"
    assert mint_url("http://localhost:8080/") == "http://localhost:8080/_/oidc/mint-token"


@pytest.mark.parametrize(
    ("status", "body", "audience"),
    [
        (200, b'{"audience": "testpypi"}', "testpypi"),
        (200, b"<html>welcome</html>", ""),
        (200, b'{"audience": 1}', ""),
        (200, b"[]", ""),
        (200, b"\xff", ""),
        (404, b'{"audience": "pypi"}', ""),
        (303, b"", ""),
        (403, b"", ""),
    ],
)
def test_only_an_answer_that_names_an_audience_means_trusted_publishing(status, body, audience):
    assert audience_of(status, body) == audience


@pytest.mark.parametrize("status", [0, 408, 429, 500, 503])
def test_an_index_that_is_out_of_order_is_asked_again(status):
    assert isinstance(audience_of(status, b"why"), NoAnswer)
    assert isinstance(minted(status, b"why", JWT), NoAnswer)


def test_without_an_answer_our_own_words_are_told():
    assert audience_of(0, b"no connection").because == "no connection"
    assert audience_of(503, b"<html>").because == "the index answers 503"


def test_the_index_gives_a_token_and_its_end():
    found = minted(200, b'{"success": true, "token": "pypi-canary", "expires": 1700000900}', JWT)

    assert found == Minted(token=Secret("pypi-canary"), expires_s=1_700_000_900.0)
    assert "canary" not in repr(found)


@pytest.mark.parametrize("expires", ["null", '"soon"', "true", "[]"])
def test_a_token_without_an_end_is_taken(expires):
    found = minted(200, f'{{"token": "pypi-x", "expires": {expires}}}'.encode(), JWT)

    assert found == Minted(token=Secret("pypi-x"), expires_s=None)


@pytest.mark.parametrize("token", ['""', "null", "7", '"two words"', '"a\\n::stop-commands::x"', '"ü"'])
def test_a_token_that_is_no_word_is_none(token):
    assert isinstance(minted(200, f'{{"token": {token}}}'.encode(), JWT), Refused)


def test_a_refusal_keeps_codes_and_descriptions():
    body = {
        "message": "Token request failed",
        "errors": [
            {"code": "invalid-publisher", "description": f"valid token, but no publisher \x1b[1m{JWT.reveal()}"},
            {"code": "invalid-token"},
            "junk",
        ],
    }

    found = minted(422, json.dumps(body).encode(), JWT)

    assert found.codes == ("invalid-publisher", "invalid-token")
    assert found.text == "valid token, but no publisher [1m***; invalid-token"


@pytest.mark.parametrize(("body", "text"), [(b"", "the index answers 404"), (b'{"message": "gone"}', "gone")])
def test_a_refusal_without_errors_says_what_there_is(body, text):
    assert minted(404, body, JWT) == Refused(codes=(), text=text, claims=claims_of(JWT))


def test_a_refusal_shows_who_the_job_says_it_is_and_never_the_jwt():
    refused = minted(422, b'{"errors": [{"code": "invalid-publisher", "description": "no publisher fits"}]}', JWT)

    said = str(refusal(refused, "GitHub", "pypi"))

    assert "no publisher fits" in said
    for line in ("repository: demo/demo", "environment: release", "ref: refs/tags/v1 [31m"):
        assert line in said
    assert "add a publisher" in said
    assert JWT.reveal() not in said
    assert "canary" not in said


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("invalid-pending-publisher", "pending"),
        ("not-enabled", "switched"),
        ("invalid-reuse-token", "only once"),
        ("invalid-token", "does not believe"),
        ("another", "compare"),
    ],
)
def test_every_code_has_its_advice(code, word):
    assert word in refusal(Refused(codes=(code,), text="x", claims={}), "GitLab", "pypi").hint


@given(st.text() | st.builds(lambda payload: f"a.{payload}.c", st.text()))
def test_any_text_has_claims_or_none(text):
    assert isinstance(claims_of(Secret(text)), dict)


KEYS = st.sampled_from(["token", "errors", "code", "expires", "message", "audience", "value"])
ANSWERS = st.binary() | st.recursive(
    st.none() | st.booleans() | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
).map(lambda value: json.dumps(value).encode())


@given(st.integers(min_value=0, max_value=599), ANSWERS)
def test_any_answer_is_understood(status, body):
    audience_of(status, body)
    github_identity(status, body)
    minted(status, body, JWT)


def test_github_is_asked_with_its_own_token():
    name = "ACTIONS_ID_TOKEN_REQUEST"
    environment = {f"{name}_URL": "https://ci.example/x?v=2", f"{name}_TOKEN": "canary"}

    url, header = github_request(environment, "py&pi")

    assert url == "https://ci.example/x?v=2&audience=py%26pi"
    assert header == Secret("Bearer canary")
    assert github_request({f"{name}_URL": "https://ci.example/"}, "a")[0] == "https://ci.example/?audience=a"


def test_github_answers_with_an_identity():
    assert github_identity(200, b'{"value": "a.b.c"}') == Secret("a.b.c")
    assert github_identity(200, b"{}") == NoAnswer(because="GitHub answers 200")
    assert github_identity(401, b'{"value": "a.b.c"}') == NoAnswer(because="GitHub answers 401")


@pytest.mark.parametrize(
    ("audience", "variable"),
    [("pypi", "PYPI_ID_TOKEN"), ("https://h.example", "HTTPS___H_EXAMPLE_ID_TOKEN"), ("1a", "_A_ID_TOKEN")],
)
def test_gitlab_has_the_identity_in_a_variable(audience, variable):
    assert gitlab_variable(audience) == variable


@pytest.mark.parametrize(
    ("left_s", "size_bytes", "rate", "old"),
    [
        (121, 0, None, False),
        (119, 0, None, True),
        (219, 100 << 20, float(1 << 20), True),
        (221, 100 << 20, float(1 << 20), False),
        (219, 100 << 20, None, True),
        (-5, 0, None, True),
        (130, 1000, 0.5, True),
        (130, 1000, 0.0, False),
    ],
)
def test_a_token_must_outlive_the_file_and_two_minutes(left_s, size_bytes, rate, old):
    assert must_refresh(left_s, size_bytes, rate) is old


def test_a_new_token_is_never_too_old():
    assert not must_refresh(900, 1 << 40, 1.0)
    assert not must_refresh(60, 1 << 40, 1.0, lifetime_s=60)

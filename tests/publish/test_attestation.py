"""Attestations are sent if each is about the very file, and else the reason is told."""

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.errors import UploadError
from wheelmatrix.publish.attestation import attestations_of

FILE = "demo-1.0-py3-none-any.whl"
SHA256 = "ab" * 32
PUBLISH = "https://index.example/attestations/publish/v1"
SLSA = "https://slsa.dev/provenance/v1"
SUBJECT = {"name": FILE, "digest": {"sha256": SHA256}}


def sidecar(predicate: str = PUBLISH, *, version: object = 1, leave_out: str = "", **statement: object) -> bytes:
    text = {
        "_type": "https://in-toto.io/Statement/v1", "subject": [SUBJECT], "predicateType": predicate, "predicate": None,
        **statement,
    }  # fmt: skip
    encoded = b64encode(json.dumps(text).encode()).decode()
    whole = {
        "version": version,
        "verification_material": {"certificate": "x", "transparency_entries": [{}]},
        "envelope": {"statement": encoded, "signature": "eA=="},
    }
    return json.dumps({key: value for key, value in whole.items() if key != leave_out}).encode()


def enveloped(**envelope: object) -> bytes:
    return json.dumps({"version": 1, "verification_material": {}, "envelope": envelope}).encode()


def refusal(*sidecars: tuple[str, bytes]) -> UploadError:
    with pytest.raises(UploadError) as caught:
        attestations_of(FILE, SHA256, sidecars)
    return caught.value


def test_no_sidecars_are_no_attestations() -> None:
    assert attestations_of(FILE, SHA256, []) == ""


def test_sidecars_become_one_array_in_their_order() -> None:
    one, other = sidecar(), sidecar(SLSA)
    told = attestations_of(FILE, SHA256, [(f"{FILE}.publish.attestation", one), (f"{FILE}.slsa.attestation", other)])

    assert json.loads(told) == [json.loads(one), json.loads(other)]
    assert told.isascii()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is not JSON"),
        (b"\xff", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "it is no JSON object"),
        (sidecar(version=2), "it has version 2, expected 1"),
        (sidecar(version=None), "it has version None"),
        (sidecar(leave_out="verification_material"), "it has no verification_material"),
        (sidecar(leave_out="envelope"), "it has no envelope"),
        (enveloped(statement="e30="), "its envelope has no signature"),
        (enveloped(statement="no base 64", signature=""), "its statement is not base64"),
        (enveloped(statement=7, signature=""), "its statement is not base64"),
        (enveloped(statement="eA==", signature=""), "its statement is not JSON"),
        (enveloped(statement="e30=", signature=""), "its statement is of type None"),
        (sidecar(_type="https://in-toto.io/Statement/v0.1"), "expected 'https://in-toto.io/Statement/v1'"),
        (sidecar(subject=[]), "not exactly one subject"),
        (sidecar(subject=[SUBJECT, SUBJECT]), "not exactly one subject"),
        (sidecar(subject={}), "not exactly one subject"),
        (sidecar(subject=[{**SUBJECT, "name": "other.whl"}]), "it is about 'other.whl'"),
        (sidecar(subject=[{**SUBJECT, "digest": {"sha256": "00"}}]), f"sha256 00, this one has {SHA256}"),
        (sidecar(subject=[{"name": FILE}]), "sha256 None"),
        (sidecar("https://index.example/other/v1"), "do not take the predicate"),
        (sidecar("http://[x"), "do not take the predicate"),
    ],
)
def test_what_is_not_about_the_file_is_refused_with_the_reason(content: bytes, said: str) -> None:
    (issue,) = refusal((f"{FILE}.publish.attestation", content)).issues

    assert issue.where == f"{FILE}.publish.attestation"
    assert said in issue.message
    assert "--no-attestations" in issue.hint


def test_a_sidecar_has_the_files_name() -> None:
    assert "it is not named" in str(refusal(("other.whl.publish.attestation", sidecar())))
    assert "it is not named" in str(refusal((f"{FILE}.json", sidecar())))


def test_there_is_one_of_each_kind_at_most() -> None:
    (issue,) = refusal((f"{FILE}.publish.attestation", sidecar()), (f"{FILE}.b.attestation", sidecar())).issues

    assert issue.where == f"{FILE}.b.attestation"
    assert "another sidecar" in issue.message


def test_all_bad_sidecars_are_told_at_once() -> None:
    error = refusal((f"{FILE}.a.attestation", b"x"), (f"{FILE}.b.attestation", b"[]"))

    assert len(error.issues) == 2


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda value: st.dictionaries(st.text(), value), max_leaves=6)
)
def test_any_json_is_taken_or_refused(found: object) -> None:
    refusal((f"{FILE}.publish.attestation", json.dumps(found).encode()))

"""Attestations that lie beside a file, as the form tells them. Source: PEP 740.

They are signed elsewhere and checked by the index; here is only seen to it that they speak of this very file, because
one that does not makes the index refuse the file, and none can be added later.
"""

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from wheelmatrix.errors import Issue, UploadError

SUFFIX = ".attestation"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATES = frozenset({"/attestations/publish/v1", "/provenance/v1"})
"""What an index takes, one of each: its own publish attestation, and SLSA provenance. Told by the path of their type,
since an index has its own host in the first. Source: warehouse, 2026-08."""
_PARTS = ("verification_material", "envelope")


def attestations_of(filename: str, sha256: str, sidecars: Sequence[tuple[str, bytes]]) -> str:
    """Return the JSON array for the form, in the order of `sidecars` (name and content); empty if there are none.

    A sidecar is named as the file, something between, and `.attestation`: `FILE.publish.attestation`.
    Raises UploadError that says of each sidecar that is not about this file why.
    """
    issues: list[Issue] = []
    found: list[Mapping[str, Any]] = []
    predicates: Counter[str] = Counter()
    for name, content in sidecars:
        try:
            attestation = _attestation(name, content, filename)
            predicate = _predicate(attestation["envelope"], filename, sha256)
            predicates[predicate] += 1
            if predicates[predicate] > 1:
                raise ValueError(f"another sidecar of the file has a predicate {predicate!r}, too")
            found.append(attestation)
        except ValueError as error:
            hint = "make it anew for this file, or send none: --no-attestations"
            issues.append(Issue(message=f"not an attestation of {filename}: {error}", where=name, hint=hint))
    if issues:
        raise UploadError(*issues)
    return json.dumps(found, separators=(",", ":")) if found else ""


def _attestation(name: str, content: bytes, filename: str) -> Mapping[str, Any]:
    if not (name.startswith(f"{filename}.") and name.endswith(SUFFIX)):
        raise ValueError(f"it is not named {filename}.….attestation")
    found = _object(content, "it")
    if found.get("version") != 1:
        raise ValueError(f"it has version {found.get('version')!r}, expected 1")
    if missing := [part for part in _PARTS if not isinstance(found.get(part), dict)]:
        raise ValueError(f"it has no {' and no '.join(missing)}")
    return found


def _predicate(envelope: Mapping[str, Any], filename: str, sha256: str) -> str:
    """Return the path of the predicate's type in a DSSE envelope's statement; its subject must be the file."""
    if not isinstance(envelope.get("signature"), str):
        raise ValueError("its envelope has no signature")
    try:
        raw = b64decode(envelope.get("statement") or "", validate=True)
    except (TypeError, ValueError) as error:
        raise ValueError("its statement is not base64") from error
    statement = _object(raw, "its statement")
    if statement.get("_type") != _STATEMENT:
        raise ValueError(f"its statement is of type {statement.get('_type')!r}, expected {_STATEMENT!r}")
    subject = statement.get("subject")
    if not (isinstance(subject, list) and len(subject) == 1 and isinstance(subject[0], dict)):
        raise ValueError("its statement has not exactly one subject")
    if subject[0].get("name") != filename:
        raise ValueError(f"it is about {subject[0].get('name')!r}")
    digest = subject[0].get("digest")
    told = digest.get("sha256") if isinstance(digest, dict) else None
    if told != sha256:
        raise ValueError(f"it is about a file with sha256 {told}, this one has {sha256}")
    predicate = str(statement.get("predicateType"))
    try:
        path = urlsplit(predicate).path
    except ValueError:
        path = ""
    if path not in _PREDICATES:
        raise ValueError(f"indexes do not take the predicate {predicate!r}")
    return path


def _object(content: bytes, what: str) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{what} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{what} is no JSON object")
    return found

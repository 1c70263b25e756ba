"""What PyPI's server has against a text of metadata, told before anything is sent.

The specification's own rules are packaging's, which the server uses, too; those that it adds stand here.
Source: warehouse, `forklift/metadata.py` of 2026-08.
"""

import re
from collections.abc import Iterable, Iterator
from email.utils import getaddresses
from urllib.parse import urlsplit

from packaging.metadata import InvalidMetadata, Metadata, RawMetadata, parse_email
from packaging.requirements import Requirement
from packaging.version import Version

from wheelmatrix.publish.form import FORM_KEYS

VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")
"""Of metadata, that the server knows; packaging may know more."""
_LONGEST_SUMMARY, _LONGEST_LABEL = 512, 32
_PRIVATE = "Private ::"
"""Classifiers that keep a project from ever being published by mistake."""
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_NO_DOMAINS = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
"""Top-level domains that no mail reaches: the server's e-mail library refuses them. Source: RFC 6761."""
_FIELDS = frozenset(field.lower() for field in FORM_KEYS)


def metadata_problems(metadata: bytes, known_classifiers: frozenset[str] | None = None) -> tuple[str, ...]:
    """Return everything that the server refuses METADATA or PKG-INFO for.

    `known_classifiers`: those that trove-classifiers has and does not call deprecated; None: they are not checked.
    Whether licence files are there is the audit's; whether a README renders, only a renderer knows.
    """
    raw, unparsed = parse_email(metadata)
    faults = [f"{field} is given twice, or is not UTF-8" for field in sorted(_FIELDS & unparsed.keys())]
    version = raw.get("metadata_version", "")
    if version and version not in VERSIONS:
        faults.append(f"metadata version {version!r} is not among those that the index knows, up to {VERSIONS[-1]}")
    else:
        faults += _invalid(raw)
    faults += _identity(raw)
    faults += _links(raw)
    faults += _addresses(raw)
    faults += _classifiers(raw.get("classifiers", []), known_classifiers)
    faults += _requirements(raw)
    return tuple(dict.fromkeys(faults))


def _invalid(raw: RawMetadata) -> Iterator[str]:
    """Yield what packaging has against it: forms of fields, and fields that are newer than its metadata version."""
    try:
        Metadata.from_raw(raw)
    except ExceptionGroup as errors:
        for error in errors.exceptions:
            yield f"{error.field}: {error}" if isinstance(error, InvalidMetadata) else str(error)
    except ValueError as error:  # of numbers with more digits than Python counts
        yield str(error)


def _identity(raw: RawMetadata) -> Iterator[str]:
    try:
        if Version(raw.get("version", "")).local:
            yield f"version {raw['version']} is a local one, and the index takes none"
    except ValueError:
        pass  # packaging has said so
    if len(summary := raw.get("summary", "")) > _LONGEST_SUMMARY:
        yield f"summary has {len(summary)} characters, more than {_LONGEST_SUMMARY}"
    if raw.get("license") and raw.get("license_expression"):
        yield "license is given beside license-expression: one of them has to go"


def _links(raw: RawMetadata) -> Iterator[str]:
    for field, url in (("home-page", raw.get("home_page")), ("download-url", raw.get("download_url"))):
        if url and not _is_web(url):
            yield f"{field} {url!r} is not the address of a web page"
    for label, url in raw.get("project_urls", {}).items():
        if not label or not url:
            yield f"project-url {label or url!r} has to be a label, a comma, and an address"
        elif len(label) > _LONGEST_LABEL:
            yield f"project-url {label!r} has a label of {len(label)} characters, more than {_LONGEST_LABEL}"
        elif not _is_web(url):
            yield f"project-url {label!r} has {url!r}, which is not the address of a web page"


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _addresses(raw: RawMetadata) -> Iterator[str]:
    for field, text in (("author-email", raw.get("author_email")), ("maintainer-email", raw.get("maintainer_email"))):
        for _, address in getaddresses([text or ""]):
            top = address.rpartition(".")[2].lower()
            if address and (not _ADDRESS.fullmatch(address) or top in _NO_DOMAINS):
                yield f"{field} {address!r} is no e-mail address"


def _classifiers(given: Iterable[str], known: frozenset[str] | None) -> Iterator[str]:
    for classifier in given:
        if classifier.startswith(_PRIVATE):
            yield f"classifier {classifier!r} says that this is not to be published"
        elif known is not None and classifier not in known:
            yield f"classifier {classifier!r} is unknown or deprecated, as far as the installed trove-classifiers says"


def _requirements(raw: RawMetadata) -> Iterator[str]:
    named = (
        ("requires-dist", raw.get("requires_dist")),
        ("provides-dist", raw.get("provides_dist")),
        ("obsoletes-dist", raw.get("obsoletes_dist")),
    )
    for field, texts in named:
        for text in texts or ():
            try:
                if Requirement(text).url:
                    yield f"{field} {text!r} names a URL, and the index takes none"
            except ValueError as error:
                if field != "requires-dist":  # of which packaging has said so
                    yield f"{field} {text!r} is invalid: {error}"

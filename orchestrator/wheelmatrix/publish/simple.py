"""A project's page of a simple index, JSON or HTML, as a Listing. Sources: PEP 503, 691, 700, 714, 740, 792."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from wheelmatrix.model.release import Listed, Listing
from wheelmatrix.publish.address import origin

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
"""PEP 691, section "Version + Format Selection"; HTML for servers that have nothing else."""
_SHA256 = re.compile(r"(?:^|&)sha256=([0-9a-fA-F]{64})(?:&|$)")


def page_url(simple_url: str, project: str) -> str:
    """Return the address of a project's page; `simple_url` ends in a slash."""
    return f"{simple_url}{canonicalize_name(project)}/"


def listing_of(asked: str, answered: str, status: int, content_type: str, body: bytes) -> Listing:
    """Return what a page says; `asked` is the URL that was asked for, `answered` the one that the page came from.

    A page of another host is of another index (pypiserver and GitLab forward what they do not have), and says nothing
    of this one. Nothing is raised for what is in `body`.
    """
    if origin(asked) != origin(answered):
        return Listing(state="unknown", because=f"the index sent us on to another host, {origin(answered)[1]}")
    if status == 404:
        return Listing(state="absent")
    if status != 200:
        return Listing(state="unknown", because=f"its page of the project answers {status}")
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return _from_json(body)
    if "html" in kind or body.lstrip()[:1] == b"<":
        return _from_html(body)
    return Listing(state="unknown", because=f"its page of the project is {kind or 'of no known type'}")


def _from_json(body: bytes) -> Listing:
    try:
        found = json.loads(body)
        files = {each.filename: each for each in map(_listed, found["files"])}
        status = found.get("project-status") or {}
        return Listing(state="known", status=str(status.get("status", "active")), files=files)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Listing(state="unknown", because="its page of the project is no simple index in JSON")


def _listed(entry: Mapping[str, object]) -> Listed:
    hashes, size_bytes = entry.get("hashes"), entry.get("size")
    digest = hashes.get("sha256") if isinstance(hashes, dict) else None
    return Listed(
        filename=str(entry["filename"]),
        sha256=digest.lower() if isinstance(digest, str) and re.fullmatch(r"[0-9a-fA-F]{64}", digest) else "",
        size_bytes=size_bytes if isinstance(size_bytes, int) and not isinstance(size_bytes, bool) else None,
        uploaded=_moment(entry.get("upload-time")),
        has_provenance=bool(entry.get("provenance")),
    )


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def _from_html(body: bytes) -> Listing:
    reader = _Anchors()
    reader.feed(body.decode("utf-8", "replace"))
    reader.close()
    return Listing(state="known", status=reader.status, files=reader.files)


class _Anchors(HTMLParser):
    """Collects the files of a page: the digest stands in the fragment of each link."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.files: dict[str, Listed] = {}
        self.status = "active"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a link, or the project's status."""
        values = {name: value or "" for name, value in attrs}
        if tag == "meta" and values.get("name") == "pypi:project-status":
            self.status = values.get("content") or "active"
        if tag != "a" or not values.get("href"):
            return
        try:
            link = urlsplit(values["href"])
        except ValueError:
            return
        digest = _SHA256.search(link.fragment)
        filename = unquote(link.path.rpartition("/")[2])
        if filename:
            self.files[filename] = Listed(
                filename=filename,
                sha256=digest[1].lower() if digest else "",
                has_provenance="data-provenance" in values,
            )

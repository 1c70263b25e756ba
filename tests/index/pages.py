"""The simple pages of the index, in JSON or HTML. Sources: PEP 503, 691, 700, 740, 792."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from tests.index.shelf import Stored, project_of
from tests.index.wire import Reply, Request, json_reply

_JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """How the simple pages behave."""

    form: Literal["both", "json", "html"] = "both"
    """`both`: as it is asked for."""
    stale: int = 0
    """How many reads of a page do not show a file yet that was sent."""
    has_hashes: bool = True
    has_sizes: bool = True
    statuses: Sequence[int] = ()
    """What the first reads answer, one after the other; 200: the page."""
    always: int = 0
    """What every read behind those answers; 0: the page."""
    elsewhere: str = ""
    """URL of another index, with its slash at the end, that reads are sent on to."""
    elsewhere_for: Literal["unknown", "all"] = "unknown"
    """Which projects are sent on; pypiserver and GitLab do so with those they do not know."""
    projects: frozenset[str] = frozenset()
    """Normalised names of projects that are known before they have a file."""
    status: str = "active"
    """PEP 792: active, archived, quarantined, deprecated."""
    uploaded: Mapping[str, str] = field(default_factory=dict)
    """Upload times by filename, `2026-01-01T00:00:00.000000Z`, instead of the true ones; empty: none is told."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Sizes in bytes by filename, instead of the true ones."""
    accepts: frozenset[str] | None = None
    """Authorization headers that may read; None: everybody."""


class Reader:
    """Answers reads; knows which files are not to be seen yet."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._reads = 0
        self._hidden: dict[str, int] = {}

    def hide(self, filename: str) -> None:
        """Keep a new file from the next reads, as a cache does."""
        self._hidden[filename] = self._pages.stale

    def reply(self, request: Request, project: str, stored: Mapping[str, Stored], files_url: str) -> Reply:
        """Return the page of a project."""
        own, at = self._pages, self._reads
        self._reads += 1
        if own.accepts is not None and request.headers.get("authorization") not in own.accepts:
            return Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="index"'})
        status = own.statuses[at] if at < len(own.statuses) else own.always
        if status not in (0, 200):
            return Reply(status=status)
        files = [file for name, file in sorted(stored.items()) if project_of(name) == project and self._shows(name)]
        is_known = bool(files) or project in own.projects
        if own.elsewhere and (own.elsewhere_for == "all" or not is_known):
            return Reply(status=302, headers={"Location": f"{own.elsewhere}{project}/"})
        if not is_known:
            return Reply(status=404)
        if own.form == "json" or (own.form == "both" and _JSON in request.headers.get("accept", "")):
            return json_reply(self._json(project, files, files_url), content_type=_JSON)
        return Reply(status=200, body=self._html(files, files_url).encode())

    def _shows(self, filename: str) -> bool:
        left = self._hidden.get(filename, 0)
        self._hidden[filename] = max(0, left - 1)
        return left == 0

    def _json(self, project: str, files: Sequence[Stored], files_url: str) -> dict[str, object]:
        return {
            "meta": {"api-version": "1.4"},
            "name": project,
            "project-status": {"status": self._pages.status},
            "versions": sorted({file.filename.removesuffix(".tar.gz").split("-")[1] for file in files}),
            "files": [self._entry(file, files_url) for file in files],
        }

    def _entry(self, file: Stored, files_url: str) -> dict[str, object]:
        own = self._pages
        entry: dict[str, object] = {
            "filename": file.filename,
            "url": files_url + file.filename,
            "hashes": {"sha256": file.sha256} if own.has_hashes else {},
            "yanked": False,
        }
        if own.has_sizes:
            entry["size"] = own.sizes.get(file.filename, file.size_bytes)
        if moment := own.uploaded.get(file.filename, file.upload_time):
            entry["upload-time"] = moment
        if file.has_provenance:
            entry["provenance"] = f"{files_url}{file.filename}.provenance"
        return entry

    def _html(self, files: Sequence[Stored], files_url: str) -> str:
        def link(file: Stored) -> str:
            digest = f"#sha256={file.sha256}" if self._pages.has_hashes else ""
            more = f' data-provenance="{files_url}{file.filename}.provenance"' if file.has_provenance else ""
            return f'<a href="{escape(files_url + file.filename + digest)}"{more}>{escape(file.filename)}</a><br>'

        status = f'<meta name="pypi:project-status" content="{escape(self._pages.status)}">'
        head = f'<meta name="pypi:repository-version" content="1.4">{status}'
        return "\n".join([f"<!DOCTYPE html><html><head>{head}</head><body>", *map(link, files), "</body></html>"])

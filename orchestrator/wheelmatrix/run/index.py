"""What an index lists: its page of a project, asked for again where it does not answer."""

from collections.abc import Mapping

import stamina

from wheelmatrix.model.release import Listing
from wheelmatrix.publish.simple import ACCEPT, listing_of, page_url
from wheelmatrix.run.http import Client, NoResponse, Response

_TRIES = 3
_LOOK_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Later(Exception):
    """The page may come at the next try."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing.because)
        self.listing = listing


async def list_project(
    client: Client, simple_url: str, project: str, *, authorization: Mapping[str, str], tries: int = _TRIES
) -> Listing:
    """Return what the index lists of a project; `unknown` if it does not answer.

    Caches on the way are asked to look. `authorization` (a header, or empty) is sent only where the page is refused
    without it.
    """
    url = page_url(simple_url, project)
    headers = {"Accept": ACCEPT, "Cache-Control": "no-cache"}
    try:
        async for attempt in stamina.retry_context(on=_Later, attempts=tries, wait_initial=0.2, wait_max=5.0):
            with attempt:
                response = await _page(client, url, headers)
                if response.status in (401, 403) and authorization:
                    response = await _page(client, url, {**headers, **authorization})
                return _listing(url, response)
    except _Later as failure:
        return failure.listing
    raise AssertionError("a retry ends in a value or in its last error")


async def _page(client: Client, url: str, headers: Mapping[str, str]) -> Response:
    try:
        return await client.get(url, headers)
    except NoResponse as failure:
        raise _Later(Listing(state="unknown", because=failure.lost.text)) from failure


def _listing(url: str, response: Response) -> Listing:
    found = listing_of(url, response.url, response.status, response.headers.get("content-type", ""), response.body)
    if response.status in _LOOK_AGAIN:
        raise _Later(found)
    return found


stamina.instrumentation.set_on_retry_hooks([])  # by default it logs, and a log without a handler ends on stderr

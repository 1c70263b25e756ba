"""What earlier runs of a release did, folded from their journals."""

from collections.abc import Iterable
from dataclasses import replace

from wheelmatrix.events import ReleasePlanned, Stamped, UploadEnded, UploadTried
from wheelmatrix.model.release import ARRIVED
from wheelmatrix.options import BuildOptions
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a release's files, by their digests: what was built anew is another file."""

    planned: ReleasePlanned | None = None
    """The last one; None: no run came so far."""
    arrived: frozenset[str] = frozenset()
    """sha256 of files that the index has, as far as these runs saw."""
    open: frozenset[str] = frozenset()
    """sha256 of files that a run began to send, and saw no end of: they may be there."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Paths of the last plan's files that have not arrived."""
        if self.planned is None:
            return ()
        files = zip(self.planned.files, self.planned.sha256, strict=True)
        return tuple(path for path, sha256 in files if sha256 not in self.arrived)


def fold(past: Past, events: Iterable[Stamped]) -> Past:
    """Return the past after the events of one more run, which plans before it sends."""
    for stamped in events:
        match stamped.event:
            case ReleasePlanned() as event:
                past = replace(past, planned=event)
            case UploadTried(step=step) if past.planned is not None and step in past.planned.steps:
                sha256 = past.planned.sha256[past.planned.steps.index(step)]
                past = replace(past, open=past.open | {sha256})
            case UploadEnded() as event:
                past = _ended(past, event)
            case _:
                continue
    return past


def to_same_index(options: BuildOptions, planned: ReleasePlanned) -> BuildOptions:
    """Return the options with the index of an earlier run, unless another one is asked for."""
    if options.repository or options.repository_url:
        return options
    return replace(options, repository_url=planned.repository, simple_url=options.simple_url or planned.simple)


def _ended(past: Past, event: UploadEnded) -> Past:
    if event.state in ARRIVED:
        past = replace(past, arrived=past.arrived | {event.sha256})
    # Who gave up after an error does not know what became of the last attempt; of a 429 nothing did.
    is_known = event.state != "gave-up" or event.status == 429
    return replace(past, open=past.open - {event.sha256}) if is_known else past

"""Who tells everybody: the journal has all but the ticks, the screen has everything."""

from pathlib import Path

from wheelmatrix.events import Stamped, UploadSent, Warned
from wheelmatrix.run import journal
from wheelmatrix.run.teller import Teller


def test_ticks_reach_the_screen_and_not_the_journal(tmp_path: Path) -> None:
    seen: list[Stamped] = []
    with journal.Journal.create(tmp_path, "run") as own:
        teller = Teller(own, lambda events, now_s: seen.extend(events))
        teller.emit(Warned(message="a"))
        teller.mention(UploadSent(step="upload:a", sent_bytes=1, total_bytes=2))
        teller.emit(Warned(message="b"))
        teller.flush()

    assert [each.seq for each in seen] == [0, -1, 1]
    assert [each.seq for each in journal.read(own.path)] == [0, 1]

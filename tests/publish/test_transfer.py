"""The way of one file: every answer's verdict, and no verdict that the index does not bear out."""

from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.model.release import ARRIVED
from wheelmatrix.publish.answer import Answer, Lost, Result
from wheelmatrix.publish.transfer import MOST_ATTEMPTS, Ask, End, Look, Renew, Send, Standing, Transfer, Wait, changed

Mode = Literal["idempotent", "strict", "overwriting"]
Fault = Literal[
    "none", "refused", "lost-before", "torn", "lost-after", "bad-gateway-after", "late-after", "503", "429", "500"
]


@dataclass
class World:
    """An index of one name, and what goes wrong on the way to it."""

    faults: list[Fault] = field(default_factory=list)
    held: Literal["nothing", "same", "other"] = "nothing"
    mode: Mode = "idempotent"
    stale: int = 0
    """So many looks still show what was there at first."""
    tells_digests: bool = True
    posts: int = 0
    posts_when_held: int = 0
    waits: list[float] = field(default_factory=list)
    asks: int = 0

    def __post_init__(self) -> None:
        self._before = self.held

    def post(self) -> Result:
        self.posts += 1
        self.posts_when_held += self.held == "same"
        fault = self.faults.pop(0) if self.faults else "none"
        match fault:
            case "refused":
                return Lost(when="connect", text="no connection")
            case "lost-before" | "torn":
                return Lost(when="send", text="the connection broke")
            case "503" | "429" | "500":
                return Answer(status=int(fault), text="", retry_after_s=2.0 if fault != "500" else None)
            case _:
                answer = self._take()
        match fault:
            case "lost-after":
                return Lost(when="send", text="the connection broke")
            case "late-after":
                return Lost(when="read", text="the answer did not come in time")
            case "bad-gateway-after":
                return Answer(status=502, text="Bad Gateway")
            case _:
                return answer

    def look(self) -> Standing:
        self.asks += 1
        held = self._before if self.stale > 0 else self.held
        self.stale -= 1
        if held == "nothing":
            return "absent"
        return ("same" if held == "same" else "conflict") if self.tells_digests else "named"

    def _take(self) -> Answer:
        if self.held == "nothing" or self.mode == "overwriting":
            self.held = "same"
            return Answer(status=200, text="OK")
        if self.held == "same" and self.mode == "idempotent":
            return Answer(status=200, text="OK")
        return Answer(status=400 if self.mode == "idempotent" else 409, text="File already exists")


def travel(world: World, transfer: Transfer, *, standing: Standing = "absent", was_sent: bool = False) -> End:
    action = transfer.begin(standing, was_sent=was_sent)
    for _ in range(200):
        match action:
            case End():
                return action
            case Send():
                action = transfer.sent(world.post())
            case Ask():
                action = transfer.asked(world.look())
            case Wait(seconds=seconds):
                world.waits.append(seconds)
                action = transfer.waited()
            case Renew():
                action = transfer.renewed(is_new=True)
            case Look():
                action = transfer.looked(is_unchanged=True)
    raise AssertionError("a file's way has an end")


def new(**facts: bool) -> Transfer:
    return Transfer(random=lambda: 0.5, **facts)


def answered(status: int, text: str = "", retry_after_s: float | None = None, **facts: bool) -> tuple[Transfer, object]:
    transfer = new(**facts)
    assert transfer.begin("absent") == Send(attempt=1)
    return transfer, transfer.sent(Answer(status=status, text=text, retry_after_s=retry_after_s))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_success_is_stored(status: int) -> None:
    _, action = answered(status)

    assert action == End(state="stored", status=status)


@pytest.mark.parametrize("status", [401, 405, 410, 411, 413, 415, 422, 301, 302, 307, 308])
def test_what_no_second_look_can_mend_is_rejected_at_once(status: int) -> None:
    _, action = answered(status, "no")

    assert isinstance(action, End)
    assert (action.state, action.status) == ("rejected", status)
    assert f"{status} no" in action.message


@pytest.mark.parametrize("status", [400, 403, 404, 409, 402, 418])
@pytest.mark.parametrize(
    ("standing", "state"), [("same", "same"), ("conflict", "conflict"), ("absent", "rejected"), ("unknown", "rejected")]
)
def test_the_index_judges_a_refusal_not_its_words(status: int, standing: Standing, state: str) -> None:
    transfer, action = answered(status, "File already exists")
    while isinstance(action, Ask):
        action = transfer.asked(standing)

    assert isinstance(action, End)
    assert action.state == state


@pytest.mark.parametrize("status", [408, 425, 500, 501, 502, 503, 504, 520])
def test_a_servers_error_is_looked_at_before_the_bytes_go_out_again(status: int) -> None:
    transfer, action = answered(status)

    assert isinstance(action, Ask)
    assert isinstance(transfer.asked("absent"), Wait)
    assert transfer.waited() == Send(attempt=2)


def test_a_stored_file_whose_answer_was_lost_is_confirmed_and_not_sent_again() -> None:
    world = World(["lost-after"], mode="strict")

    assert travel(world, new()).state == "confirmed"
    assert world.posts == 1


@pytest.mark.parametrize("stale", range(4))
def test_a_stale_page_does_not_make_a_stored_file_a_rejected_one(stale: int) -> None:
    world = World(["lost-after"], mode="strict", stale=stale)

    assert travel(world, new()).state == "confirmed"


def test_a_late_answer_is_waited_for_at_the_index() -> None:
    transfer = new()
    transfer.begin("absent")
    pauses = []
    action = transfer.sent(Lost(when="read", text="late"))
    while isinstance(action, Ask):
        pauses.append(action.pause_s)
        action = transfer.asked("absent")

    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    assert isinstance(action, Wait)


def test_a_connection_that_was_never_made_needs_no_look() -> None:
    world = World(["refused"])

    assert travel(world, new()).state == "stored"
    assert world.asks == 0


@pytest.mark.parametrize("fault", ["refused", "lost-before", "503", "500", "429"])
def test_it_gives_up_after_six_attempts(fault: Fault) -> None:
    world = World([fault] * 50)
    end = travel(world, new())

    assert (end.state, world.posts) == ("gave-up", MOST_ATTEMPTS)
    assert "--resume" in end.hint


def test_retry_after_is_what_is_waited() -> None:
    world = World(["429", "503"])

    assert travel(world, new()).state == "stored"
    assert world.waits == [2.0, 2.0]


def test_a_429_without_a_time_ends_the_first_release_of_a_project() -> None:
    _, action = answered(429, "Too many new projects created", is_first_release=True)

    assert isinstance(action, End)
    assert action.state == "rejected"


def test_an_old_token_is_renewed_once_and_the_attempt_not_counted() -> None:
    transfer, action = answered(403, "Invalid API Token: token is expired")

    assert action == Renew()
    assert transfer.renewed(is_new=True) == Send(attempt=1)
    second = transfer.sent(Answer(status=403, text="token is expired"))
    assert isinstance(second, Ask)


def test_an_index_that_is_read_only_is_asked_slowly_and_not_for_ever() -> None:
    transfer, action = answered(403, "Read-only mode: try later")
    waits = []
    while isinstance(action, Wait):
        waits.append(action.seconds)
        assert isinstance(transfer.waited(), Send)
        action = transfer.sent(Answer(status=403, text="Read-only mode: try later"))

    assert waits == [30.0, 60.0, 90.0]
    assert isinstance(action, End)
    assert action.state == "gave-up"


def test_torn_bytes_are_sent_once_more_if_the_file_is_the_same() -> None:
    transfer, action = answered(400, "The digest supplied does not match a digest calculated from the uploaded file.")

    assert action == Look()
    assert isinstance(transfer.looked(is_unchanged=True), Wait)
    assert transfer.waited() == Send(attempt=2)


def test_torn_bytes_of_a_file_that_changed_end_its_way() -> None:
    transfer, _ = answered(400, "The digest supplied does not match")

    assert transfer.looked(is_unchanged=False) == changed()


def test_what_is_there_is_not_sent() -> None:
    world = World(held="same")

    assert travel(world, new(), standing="same").state == "same"
    assert world.posts == 0


def test_other_bytes_that_are_there_are_a_conflict_before_anything_is_sent() -> None:
    world = World(held="other")

    assert travel(world, new(), standing="conflict").state == "conflict"
    assert world.posts == 0


def test_what_an_earlier_run_began_to_send_is_looked_for_first() -> None:
    world = World(held="same", stale=2)

    assert travel(world, new(), standing=world.look(), was_sent=True).state == "confirmed"
    assert world.posts == 0


def test_a_name_without_a_digest_is_skipped_only_when_that_was_asked_for() -> None:
    assert isinstance(new().begin("named"), Send)
    assert new().begin("named", skips=True).state == "same"  # type: ignore[union-attr]


FAULTS = st.lists(
    st.sampled_from(["none", "refused", "lost-before", "torn", "lost-after", "bad-gateway-after", "late-after", "503",
                     "429", "500"]),
    max_size=9,
)  # fmt: skip


@given(
    faults=FAULTS,
    held=st.sampled_from(["nothing", "same", "other"]),
    mode=st.sampled_from(["idempotent", "strict", "overwriting"]),
    stale=st.integers(0, 6),
    tells_digests=st.booleans(),
    was_sent=st.booleans(),
    share=st.floats(0, 1),
)
def test_no_script_of_faults_makes_a_file_arrive_that_is_not_there(
    faults: list[Fault],
    held: Literal["nothing", "same", "other"],
    mode: Mode,
    stale: int,
    tells_digests: bool,
    was_sent: bool,
    share: float,
) -> None:
    world = World(faults, held=held, mode=mode, stale=stale, tells_digests=tells_digests)
    end = travel(world, Transfer(random=lambda: share), standing=world.look(), was_sent=was_sent)

    if end.state in ARRIVED:
        assert world.held == "same"
    assert world.posts <= MOST_ATTEMPTS
    assert all(0 <= wait <= 120 for wait in world.waits)


@given(faults=FAULTS, mode=st.sampled_from(["idempotent", "strict"]))
def test_a_stored_file_is_never_sent_again_where_the_index_tells(faults: list[Fault], mode: Mode) -> None:
    world = World(faults, mode=mode)
    end = travel(world, new())

    assert world.posts_when_held == 0
    assert (end.state in ARRIVED) == (world.held == "same")

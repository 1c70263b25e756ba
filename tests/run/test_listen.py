import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from wheelmatrix.events import Diagnosed, Event, UnitFinished, UnitStarted
from wheelmatrix.run.listen import Listener

OWN = "path+file:///src/crate#0.1.0"


class Heard:
    """A listener with what it emitted and how often it called `begun`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.begun = 0
        self.log: list[bytes] = []
        self.listener = Listener("compile:1", OWN, self.events.append, self.begin, self.log.extend)

    def begin(self) -> None:
        self.begun += 1

    def say(self, *messages: Mapping[str, object]) -> Listener:
        for message in messages:
            self.listener.stdout(json.dumps(message).encode())
        return self.listener


def artifact(package: str = OWN, *, fresh: bool = False, files: tuple[str, ...] = (), kind: str = "cdylib"):
    target = {"kind": [kind], "crate_types": [kind], "name": "native"}
    return {
        "reason": "compiler-artifact", "package_id": package, "target": target, "filenames": files, "fresh": fresh
    }  # fmt: skip


def script(**facts: object):
    own = {"out_dir": "/build/out", "linked_libs": [], "linked_paths": [], "cfgs": []}
    package = "registry+https://example.org/index#sys@1.2.3"
    return {"reason": "build-script-executed", "package_id": package, **own, **facts}


def said(level: str, file: str = "src/lib.rs", text: str = "mismatched types"):
    span = [{"is_primary": True, "file_name": file, "line_start": 7}] if file else []
    message = {"level": level, "message": text, "spans": span, "rendered": f"{level}: {text}\n  |\n"}
    return {"reason": "compiler-message", "package_id": OWN, "message": message}


def test_the_library_is_the_crates_own_cdylib():
    foreign = artifact("path+file:///src/other#0.1.0", files=("/build/libother.so",))
    own = artifact(files=("/build/libnative.d", "/build/libnative.so"))

    found = Heard().say(own, foreign, artifact(files=("/build/libnative.rlib",), kind="lib"))

    assert found.library == Path("/build/libnative.so")
    assert found.units == 3


def test_what_the_compiler_writes_beside_the_library_is_kept():
    files = ("/b/native.dll", "/b/native.dll.lib", "/b/native.pdb", "/b/libnative.dylib.dSYM", "/b/libnative.so.dwp")

    found = Heard().say(artifact(files=files), artifact(OWN[:-1] + "1", files=("/b/other.pdb",)))

    assert [path.name for path in found.debug_info] == ["native.pdb", "libnative.dylib.dSYM", "libnative.so.dwp"]
    assert [path.name for path in found.import_libraries] == ["native.dll.lib"]


def test_it_begins_once_with_the_first_unit_that_is_not_fresh():
    heard = Heard()

    heard.say(artifact(fresh=True), script())
    assert not heard.listener.has_begun

    heard.say(artifact())
    heard.listener.stderr(b"   Compiling serde v1.0.228")
    assert heard.begun == 1
    assert heard.events[:2] == [
        UnitFinished(step="compile:1", unit="crate v0.1.0", fresh=True),
        UnitFinished(step="compile:1", unit="sys v1.2.3 (build script)", fresh=True),
    ]
    assert heard.events[-1] == UnitStarted(step="compile:1", unit="serde v1.0.228")


def test_a_build_scripts_facts_are_kept():
    paths = ["native=/opt/ssl/lib", "/opt/z", "framework=/Library", "dependency=/build/deps", "native=/opt/ssl/lib"]

    found = Heard().say(script(cfgs=["Py_3_12"], linked_paths=paths))

    assert found.out_dirs == {"sys": Path("/build/out")}
    assert found.cfgs == {"sys": frozenset({"Py_3_12"})}
    assert list(found.linked_directories) == [Path("/opt/ssl/lib"), Path("/opt/z")]


def test_errors_and_warnings_are_told_with_their_place_and_all_is_logged():
    heard = Heard()

    heard.say(said("error"), said("warning"), said("note"), said("error", "", "linking with `cc` failed"))

    told = [(event.level, event.file, event.line) for event in heard.events if isinstance(event, Diagnosed)]
    assert told == [("error", "src/lib.rs", 7), ("warning", "src/lib.rs", 7), ("error", "", 0)]
    assert heard.listener.errors == ["mismatched types (src/lib.rs:7)", "linking with `cc` failed"]
    assert heard.log[:2] == [b"error: mismatched types", b"  |"]
    assert len(heard.log) == 8
    assert list(heard.listener.tail) == [b"error: linking with `cc` failed", b"  |"]


def test_a_message_of_a_megabyte_is_cut_and_the_log_has_it_whole():
    heard = Heard()

    heard.say(said("error", text="x" * (1 << 20)))

    (event,) = heard.events
    assert isinstance(event, Diagnosed)
    assert len(event.message) < 1000
    assert len(heard.log[0]) > 1 << 20


def test_what_only_counts_earlier_errors_is_no_error():
    heard = Heard()

    heard.say(said("error", "", "aborting due to 2 previous errors"), said("warning", "", "1 warning emitted"))

    assert heard.events == []
    assert heard.listener.errors == []


def test_what_is_no_message_is_passed_over():
    heard = Heard()

    heard.listener.stdout(b"hello from a build script")
    heard.listener.stdout(b'{"reason": "new"}')

    assert heard.events == []


def test_the_last_forty_lines_are_kept():
    heard = Heard()

    for number in range(100):
        heard.listener.stderr(b"line %d" % number)

    assert list(heard.listener.tail) == [b"line %d" % number for number in range(60, 100)]


def test_an_error_in_a_foreign_macro_is_told_where_it_was_called():
    heard = Heard()
    called = {"span": {"file_name": "src/lib.rs", "line_start": 3, "expansion": None}}
    message = said("error", "/rustc/core/panic.rs")
    message["message"]["spans"][0]["expansion"] = called

    heard.say(message)

    assert heard.listener.errors == ["mismatched types (src/lib.rs:3)"]


def test_who_waits_for_units_is_called_once_when_the_last_is_heard_of():
    heard, called = Heard(), []
    heard.say(artifact("a"))

    heard.listener.await_units(Counter({("a", "native"): 2, ("b", "native"): 1}), lambda: called.append(True))

    heard.say(artifact("b"), artifact("b"), artifact("c"))
    assert called == []
    heard.say(artifact("a"), artifact("a"))
    assert called == [True]


def test_who_waits_for_what_was_heard_already_is_called_at_once():
    heard, called = Heard(), []
    heard.say(script())

    heard.listener.await_units(
        Counter({("registry+https://example.org/index#sys@1.2.3", ""): 1}), lambda: called.append(True)
    )

    assert called == [True]

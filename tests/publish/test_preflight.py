"""Everything that would keep a release from arriving whole is found before its first byte, and told at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePath

import pytest
from tests.audit.release import wheel
from tests.audit.tar_image import SDIST, sdist_image

from wheelmatrix.audit import check_sdist
from wheelmatrix.audit.archive import check_archive
from wheelmatrix.errors import Issue
from wheelmatrix.events import ReleasePlanned
from wheelmatrix.model import Index
from wheelmatrix.model.release import Distribution, Listed, Listing
from wheelmatrix.publish.distribution import distribution_of
from wheelmatrix.publish.past import Past
from wheelmatrix.publish.preflight import Looked, closes, local_findings, rebuilt, remote_findings, standing, warnings
from wheelmatrix.publish.transfer import Standing

NAMES = tuple(f"demo-1.0-{python}-{python}-manylinux_2_17_x86_64.whl" for python in ("cp311", "cp312", "cp313"))
INDEX = Index(
    name="index",
    upload_url="https://index.example/legacy/",
    simple_url="https://index.example/simple/",
    platform_tags=("any", r"manylinux_\d+_\d+_x86_64", "win32"),
    file_limit_bytes=100_000,
)
TODAY = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
NOTHING = Listing(state="absent")
UNKNOWN = Listing(state="unknown", because="it answers 503")


def _metadata(wheel_name: str, image: bytes) -> bytes:
    return check_archive(wheel_name, image)[1][f"{'-'.join(wheel_name.split('-')[:2])}.dist-info/METADATA"]


def looked(filename: str, folder: str = "dist", **content: str) -> Looked:
    is_sdist = filename.endswith(".tar.gz")
    image = sdist_image(**content) if is_sdist else wheel(filename, **content)
    metadata = check_sdist(filename, image)[1] if is_sdist else _metadata(filename, image)
    assert metadata is not None
    distribution = distribution_of(PurePath(folder) / filename, image, metadata, mtime_ns=0)
    return Looked(distribution=distribution, metadata=metadata)


def release() -> list[Looked]:
    return [looked(name) for name in (*NAMES, SDIST)]


def sent(*filenames: str) -> list[Distribution]:
    return [looked(name).distribution for name in filenames]


def listing(*files: Listed, status: str = "active") -> Listing:
    return Listing(state="known", status=status, files={each.filename: each for each in files})


def listed(
    filename: str = NAMES[0], *, sha256: str = "00" * 32, days: float | None = 1, size: int | None = 1
) -> Listed:
    uploaded = None if days is None else TODAY - timedelta(days=days)
    return Listed(filename=filename, sha256=sha256, size_bytes=size, uploaded=uploaded)


def told(found: tuple[Issue, ...]) -> list[tuple[str, str]]:
    return [(issue.where, issue.message) for issue in found]


# Without the index


@pytest.mark.parametrize("index", [INDEX, None])
def test_a_release_that_belongs_together_has_no_finding(index: Index | None) -> None:
    assert local_findings(release(), index) == ()


def test_what_the_audit_says_of_a_file_keeps_the_release() -> None:
    bad = replace(looked(NAMES[0]), problems=("it is torn", *(f"problem {n}" for n in range(30))))

    found = told(local_findings([bad, looked(NAMES[1])], None))

    assert found[0] == (f"dist/{NAMES[0]}", "it is torn")
    assert found[-1] == (f"dist/{NAMES[0]}", "and 11 more problems")
    assert len(found) == 21


def test_a_name_is_there_once() -> None:
    found = told(local_findings([looked(NAMES[0]), looked(NAMES[0], "other")], None))

    assert found == [(f"other/{NAMES[0]}", f"has the name of dist/{NAMES[0]}")]


def test_a_release_has_one_sdist() -> None:
    one = looked(SDIST)
    other = replace(one, distribution=replace(one.distribution, filename="Demo-1.0.tar.gz", path=PurePath("b")))

    assert told(local_findings([one, other], None)) == [("b", f"a release has one sdist, and dist/{SDIST} is one, too")]


@pytest.mark.parametrize("stranger", ["demo-2.0-cp310-cp310-manylinux_2_17_x86_64.whl", "other-1.0-py3-none-any.whl"])
def test_a_release_is_of_one_name_and_one_version(stranger: str) -> None:
    ((where, message),) = told(local_findings([*release(), looked(stranger)], None))

    assert where == f"dist/{stranger}"
    assert message == f"this is {' '.join(stranger.split('-')[:2])}, the other files are demo 1.0"


def test_an_sdist_of_another_version_is_a_stranger_and_names_count_normalised() -> None:
    own = looked(NAMES[0])
    spelled = replace(own, distribution=replace(own.distribution, name="DEMO", version="1.0.0", filename="x.whl"))
    ahead = looked("demo-1.1.tar.gz", metadata="Name: demo\nVersion: 1.1\n", top="demo-1.1")

    assert told(local_findings([own, spelled, ahead], None)) == [
        ("dist/demo-1.1.tar.gz", "this is demo 1.1, the other files are demo 1.0")
    ]


def test_every_wheel_says_the_same() -> None:
    odd = looked(NAMES[2], metadata="Summary: other\n")

    found = told(local_findings([looked(NAMES[0]), looked(NAMES[1]), odd], INDEX))

    assert found == [(f"dist/{NAMES[2]}", f"its METADATA differs from that of dist/{NAMES[0]} in summary")]


def test_an_index_takes_the_tags_on_its_list_alone_and_a_private_one_all() -> None:
    names = ("demo-1.0-cp312-cp312-linux_x86_64.whl", "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.linux_x86_64.whl")
    files = [looked(name) for name in names]

    assert told(local_findings(files, INDEX)) == [
        (f"dist/{name}", "index takes no wheels for linux_x86_64") for name in names
    ]
    assert local_findings(files, None) == ()


def test_a_file_is_no_larger_than_the_index_allows() -> None:
    own = looked(NAMES[0])
    large = replace(own, distribution=replace(own.distribution, size_bytes=100_001))

    assert told(local_findings([large], INDEX)) == [
        (f"dist/{NAMES[0]}", "it has 100001 bytes, index takes 100000 a file")
    ]
    assert local_findings([large], None) == ()


def test_what_the_index_has_against_the_metadata_is_told_once_and_a_private_one_takes_it() -> None:
    files = [looked(name, metadata="License: MIT\nLicense-Expression: MIT\n") for name in NAMES]

    assert told(local_findings(files, INDEX)) == [
        (f"dist/{NAMES[0]}", "license is given beside license-expression: one of them has to go")
    ]
    assert local_findings(files, None) == ()


def test_a_private_index_takes_local_versions() -> None:
    files = [looked("demo-1.0+x-cp312-cp312-linux_x86_64.whl")]

    assert local_findings(files, None) == ()
    assert any("is a local one" in message for _, message in told(local_findings(files, INDEX)))


def test_classifiers_and_renderings_are_judged_if_the_caller_can() -> None:
    files = [looked(NAMES[0], metadata="Classifier: Typing :: Typo\n")]

    assert local_findings(files, INDEX) == ()
    ((_, classifier), (where, rendering)) = told(
        local_findings(files, INDEX, known_classifiers=frozenset(), rendering="line 3: unknown directive")
    )
    assert "Typing :: Typo" in classifier
    assert (where, rendering) == (files[0].where, "the description does not render: line 3: unknown directive")


def test_everything_is_told_at_once() -> None:
    bad = replace(looked("other-1.0-cp312-cp312-linux_x86_64.whl", metadata="License: x\n"), problems=("torn",))

    assert len(local_findings([*release(), bad, bad], INDEX)) >= 4


def test_nothing_at_all_has_no_findings() -> None:
    assert local_findings([], INDEX, rendering="x") == ()


def test_a_release_goes_on_with_the_files_that_it_began_with_alone() -> None:
    files = [looked(name) for name in NAMES[:2]]
    planned = ReleasePlanned(
        project="demo", version="1.0", repository=INDEX.upload_url, simple=INDEX.simple_url,
        steps=("upload:a", "upload:b"), files=tuple(f"dist/{name}" for name in NAMES[:2]), sizes_bytes=(1, 1),
        sha256=(files[0].distribution.sha256, "00" * 32),
    )  # fmt: skip

    (issue,) = rebuilt(files, Past(planned=planned))
    assert issue.where == files[1].where
    assert "built anew" in issue.message
    assert rebuilt(files, None) == rebuilt(files, Past()) == ()


# With what the index says


@pytest.mark.parametrize(
    ("index", "found"),
    [
        (UNKNOWN, "unknown"),
        (NOTHING, "absent"),
        (listing(), "absent"),
        (listing(listed(NAMES[1])), "absent"),
        (listing(listed(sha256="")), "named"),
        (listing(listed()), "conflict"),
        (listing(listed(sha256=looked(NAMES[0]).distribution.sha256)), "same"),
    ],
)
def test_only_the_digest_tells_that_a_file_is_there(index: Listing, found: Standing) -> None:
    assert standing(looked(NAMES[0]).distribution, index) == found


@pytest.mark.parametrize(
    "index",
    [
        NOTHING,
        UNKNOWN,
        listing(),
        listing(listed(NAMES[1], sha256=looked(NAMES[1]).distribution.sha256)),
        listing(listed("demo-0.9-py3-none-any.whl", days=400), listed("demo-0.9.tar.gz", days=400)),
        listing(listed("demo-1.0.post1.tar.gz", days=400), listed("nonsense.exe", days=400)),
        listing(listed(NAMES[0], sha256="", days=None, size=None)),
        listing(status="deprecated"),
    ],
)
def test_an_index_that_is_open_for_the_files_has_nothing_against_them(index: Listing) -> None:
    assert remote_findings(sent(*NAMES, SDIST), index, TODAY, is_warehouse=True) == ()


@pytest.mark.parametrize("is_warehouse", [True, False])
def test_an_archived_or_quarantined_project_takes_nothing(is_warehouse: bool) -> None:
    for status in ("archived", "quarantined"):
        (issue,) = remote_findings(sent(NAMES[0]), listing(status=status), TODAY, is_warehouse=is_warehouse)

        assert issue.message == f"the project is {status}"
        assert issue.hint


def test_other_bytes_of_the_same_name_are_told_with_both_digests() -> None:
    (own,) = sent(NAMES[0])
    ((where, message),) = told(remote_findings([own], listing(listed()), TODAY, is_warehouse=False))

    assert where == f"dist/{NAMES[0]}"
    assert message == f"the index has other bytes of this name: sha256 {'00' * 32}, this file has {own.sha256}"


def test_fourteen_days_after_its_first_file_a_version_is_closed() -> None:
    files = sent(*NAMES[:2])
    first = listed(NAMES[0], sha256=files[0].sha256, days=14.1)
    later = listed(NAMES[2], days=1)

    ((where, message),) = told(remote_findings(files, listing(first, later), TODAY, is_warehouse=True))

    assert where == "demo"
    assert message == f"version 1.0 takes no new files since 2026-11-27, and has no {NAMES[1]}"
    assert remote_findings(files[:1], listing(first, later), TODAY, is_warehouse=True) == ()
    assert remote_findings(files, listing(first, later), TODAY, is_warehouse=False) == ()
    assert remote_findings(files, listing(replace(first, uploaded=None), later), TODAY, is_warehouse=True) == ()


def test_a_project_has_ten_gibibytes() -> None:
    old = listed("demo-0.9-py3-none-any.whl", size=10 << 30)

    ((_, message),) = told(remote_findings(sent(NAMES[0]), listing(old), TODAY, is_warehouse=True))

    assert message.startswith("the project has 10737418240 bytes, with ")
    assert remote_findings(sent(NAMES[0]), listing(old), TODAY, is_warehouse=False) == ()
    assert remote_findings(sent(NAMES[0]), listing(replace(old, size_bytes=1 << 30)), TODAY, is_warehouse=True) == ()


@pytest.mark.parametrize("other", ["demo-1.0.zip", "Demo-1.0.tar.gz", "demo-1.0.0.tar.gz"])
def test_a_version_that_has_an_sdist_takes_no_other(other: str) -> None:
    index = listing(listed(other))

    assert told(remote_findings(sent(SDIST, NAMES[0]), index, TODAY, is_warehouse=True)) == [
        (f"dist/{SDIST}", f"the version has an sdist already, {other}")
    ]
    assert remote_findings(sent(NAMES[0]), index, TODAY, is_warehouse=True) == ()
    assert remote_findings(sent(SDIST), index, TODAY, is_warehouse=False) == ()


@pytest.mark.parametrize(
    ("index", "moment"),
    [
        (UNKNOWN, ""),
        (NOTHING, "2026-12-11T12:00:00+00:00"),
        (listing(), "2026-12-11T12:00:00+00:00"),
        (listing(listed("demo-0.9.tar.gz", days=100)), "2026-12-11T12:00:00+00:00"),
        (listing(listed(days=1), listed(NAMES[1], days=10)), "2026-12-01T12:00:00+00:00"),
        (listing(listed(days=100)), "2026-09-02T12:00:00+00:00"),
        (listing(listed(days=None)), ""),
    ],
)
def test_a_version_is_open_for_fourteen_days_from_its_first_file(index: Listing, moment: str) -> None:
    assert closes(index, "1.0.0", TODAY) == moment


def test_what_is_worth_saying_stops_nothing() -> None:
    heavy = replace(looked(NAMES[0]), warnings=("it unpacks to 45 times its size",))

    assert told(warnings([heavy], listing(), is_trusted=False)) == [(heavy.where, "it unpacks to 45 times its size")]
    assert told(warnings(release(), listing(), is_trusted=True)) == []
    assert told(warnings(release(), NOTHING, is_trusted=False)) == []
    assert told(warnings(release(), UNKNOWN, is_trusted=True)) == [
        ("", "what the index has is not known: it answers 503")
    ]
    assert warnings([], NOTHING, is_trusted=True) == ()


def test_a_first_release_through_a_trusted_publisher_has_to_be_spelled_as_it_is_registered() -> None:
    (issue,) = warnings(release(), NOTHING, is_trusted=True)

    assert issue.message == "this is the first release of demo, through a trusted publisher"
    assert "exactly 'demo'" in issue.hint


def test_attestations_of_a_file_that_is_there_already_are_doubtful() -> None:
    own = looked(NAMES[0])
    own = replace(own, distribution=replace(own.distribution, attestations="[{}]"))
    there = listed(sha256=own.distribution.sha256)

    ((where, message),) = told(warnings([own], listing(there), is_trusted=False))

    assert where == own.where
    assert "attestations is not known" in message
    assert warnings([own], listing(replace(there, has_provenance=True)), is_trusted=False) == ()
    assert warnings([own], listing(), is_trusted=False) == ()

"""What is told of a file that nothing could be learned of."""

from wheelmatrix.audit.refusal import refused, unread
from wheelmatrix.errors import AuditError, Issue


def test_a_reader_s_error_becomes_the_report_s_problems() -> None:
    report = refused("a.so", AuditError(Issue(message="one"), Issue(message="two", hint="x")))

    assert not report
    assert (report.name, report.problems, report.platform_tags) == ("a.so", ("one", "two"), ())


def test_a_file_without_rules_keeps_its_tag_and_its_doubt() -> None:
    report = unread("a.so", warnings=("not proved",), platform_tags=("wasi_0_0_0_wasm32",))

    assert report
    assert (report.warnings, report.platform_tags) == (("not proved",), ("wasi_0_0_0_wasm32",))

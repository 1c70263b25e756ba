"""The tables are found, whole."""

from wheelmatrix import resources


def test_every_table_is_found_by_its_name_below_matrix() -> None:
    texts = resources.table_texts()

    assert list(texts) == [
        "indexes.toml",
        "interpreters.toml",
        "policies/macos.json",
        "policies/manylinux.json",
        "policies/musllinux.json",
        "policies/windows.json",
        "symbols/cpython.json",
        "symbols/glibc.json",
        "symbols/musl.json",
        "targets.toml",
    ]
    assert all(texts.values())

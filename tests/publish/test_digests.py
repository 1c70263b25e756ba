"""Digests against the answers of their standards."""

from wheelmatrix.publish.digests import digests_of


def test_the_digests_are_those_of_the_bytes() -> None:
    # Source: FIPS 180-4, example "abc"; blake2b of 32 bytes by coreutils' b2sum -l 256.
    found = digests_of(b"abc")
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found.blake2b == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"

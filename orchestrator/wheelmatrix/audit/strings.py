"""Names in a binary file that may lie: what a reader of any format needs to stay quick and within the file."""

NAME_LONGEST = 1 << 16
"""Bytes; C++ names of some thousand bytes occur."""


class Damaged(ValueError):
    """The image contradicts itself or points outside of itself."""


class Strings:
    """A string table that no lying offset makes slow: the names read from it are limited in sum."""

    def __init__(self, table: bytes) -> None:
        self._table = table
        self._left_bytes = 8 * len(table) + (1 << 20)

    def at(self, offset: int) -> str:
        """Return the name at `offset`; raises Damaged if it lies outside of the table or does not end."""
        end = self._table.find(b"\0", offset, offset + NAME_LONGEST)
        if end < 0 or not 0 <= offset < len(self._table):
            raise Damaged(f"a name at {offset:#x} of the string table ({len(self._table)} bytes) does not end in it")
        self._left_bytes -= end - offset
        if self._left_bytes < 0:
            raise Damaged("the names overlap so often that the table cannot be genuine")
        return decoded(self._table[offset:end])


def decoded(name: bytes) -> str:
    """Return a name as text; what is no UTF-8 stands as `\\xff`."""
    return name.decode("utf-8", "backslashreplace")

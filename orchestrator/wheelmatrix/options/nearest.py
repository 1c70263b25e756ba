"""The known word that a misspelt one probably stands for."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word nearest to `word`, the first of several; empty if none is near.

    Near: no more than one letter in three is wrong, missing, too much or changed places with its neighbour.
    """
    folded = _fold(word)
    near = [(distance, name) for name in known if (distance := _distance(folded, _fold(name))) <= _allowed(folded)]
    return min(near, key=lambda pair: pair[0])[1] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `did you mean …?` with the nearest known word; empty if none is near."""
    guess = nearest(word, known)
    return f"did you mean {guess}?" if guess else ""


def _fold(word: str) -> str:
    return word.casefold().replace("_", "-")


def _allowed(word: str) -> int:
    return max(1, len(word.lstrip("-")) // 3)


def _distance(one: str, other: str) -> int:
    """Return how many letters differ: Levenshtein's distance, where a swap of neighbours counts once."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row, older = row, [i], before
        for j, its in enumerate(other, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != its)))
            if older and i > 1 and j > 1 and (letter, its) == (other[j - 2], one[i - 2]):
                row[j] = min(row[j], older[j - 2] + 1)
        before = above
    return row[-1]

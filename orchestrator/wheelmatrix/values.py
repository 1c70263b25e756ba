"""Values: dataclasses as the standard library has them, whose classes are made in half the time.

The package has more than two hundred of them, and the standard library compiles six methods for each. Here `__init__`
alone is compiled, and the other five are common to all frozen ones: a hook of the build backend takes a tenth less. For
types and editors it is the standard `dataclass`.
"""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from dataclasses import dataclass as standard
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, repr: bool = True, **more: Any) -> Any:  # noqa: A002  # its name in the standard library
        """Return the class as a dataclass, or a decorator that does so; the options are the standard ones.

        A field is set once, and an order is not to be had.
        """
        if not frozen:
            return standard(cls, repr=repr, **more)
        return (lambda cls: _frozen(cls, repr, more)) if cls is None else _frozen(cls, repr, more)


def _frozen(cls: type, has_repr: bool, more: dict[str, Any]) -> type:
    # Of a class with an equality of its own Python sets the hash to None, which is no hash of its own.
    own = {name for name, value in vars(cls).items() if value is not None}
    # Without one the standard library makes a text of all fields, which takes longer than the rest.
    cls.__doc__ = cls.__doc__ or cls.__name__
    made: Any = standard(eq=False, repr=False, **more)(cls)
    if not more.get("slots"):  # a default that is found in the class would count for a field that is set
        for name in {field.name for field in fields(made)} & vars(made).keys():
            delattr(made, name)
    compared = [field.name for field in fields(made) if field.compare]
    made.__key__ = staticmethod(attrgetter(*compared) if compared else _nothing)
    for name, method in _COMMON.items():
        if name not in own and (has_repr or name != "__repr__"):
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]  # the class that came in, or with slots another one


def _set_once(self: Any, name: str, value: object) -> None:
    if hasattr(self, name):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _kept(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _equals(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__key__(self) == self.__key__(other)


def _hash(self: Any) -> int:
    return hash(self.__key__(self))


@recursive_repr()
def _text(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _nothing(value: object) -> tuple[()]:
    del value
    return ()


_COMMON: dict[str, Callable[..., Any]] = {
    "__setattr__": _set_once,
    "__delattr__": _kept,
    "__eq__": _equals,
    "__hash__": _hash,
    "__repr__": _text,
}

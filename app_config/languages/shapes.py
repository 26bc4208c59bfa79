"""What a generator needs of each variable: its kind, limits and default, and the checks that stay Python's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, Literal, cast, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, SecretStr

from app_config.contract import Contract, Shape, Variable, as_text, variables
from app_config.rules import ADMIN_RULES, API_RULES
from app_config.settings import AdminSettings, Settings

MASK: Final = "********"
"""What a secret looks like wherever it is printed."""
_RULES: Final[Mapping[type[Contract], tuple[str, ...]]] = {Settings: API_RULES, AdminSettings: ADMIN_RULES}
_IGNORED: Final = frozenset({"app_config.formats.split_commas"})
"""Reads a list and checks nothing."""


class Kind(Enum):
    """What a variable's text stands for."""

    TEXT = auto()
    SECRET = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    CHOICE = auto()
    LIST = auto()


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """
    A variable, for a generator.

    Attributes:
        variable: as the contract has it.
        kind: what its text stands for.
        least: of an integer, the least; None for any.
        most: of an integer, the most.
        choices: the texts that are allowed, of a choice.
        shape: what its text must look like.
        unchecked: the Python functions that check more than that.
    """

    variable: Variable
    kind: Kind
    least: int | None
    most: int | None
    choices: tuple[str, ...]
    shape: Shape
    unchecked: tuple[str, ...]

    @property
    def default(self) -> str | None:
        """The default as text; None for a variable that is required."""
        return None if self.variable.required else as_text(self.variable.default)


def shaped(contract: type[Contract]) -> tuple[Shaped, ...]:
    """
    The variables of a contract in the order of its declaration.

    Raises:
        TypeError: one has a type that no other language is generated for.
    """
    return tuple(_shaped(contract, variable) for variable in variables(contract))


def rules_of(contract: type[Contract]) -> tuple[str, ...]:
    """The rules over several values, in words; only Python checks them."""
    return _RULES.get(contract, ())


def _shaped(contract: type[Contract], variable: Variable) -> Shaped:
    group = cast("type[BaseModel]", contract.model_fields[variable.group].annotation)
    field = group.model_fields[variable.field]
    metadata: list[Any] = list(field.metadata)
    shape = next((each for each in metadata if isinstance(each, Shape)), Shape())
    min_length = max((each.min_length for each in metadata if hasattr(each, "min_length")), default=0)
    kind = _kind(field.annotation, variable)
    annotation = cast("Any", field.annotation)
    item: list[Any] = list(get_args(annotation)) if kind is Kind.LIST else []
    checks = [*metadata, *(each for member in item for each in getattr(member, "__metadata__", ()))]
    return Shaped(
        variable=variable,
        kind=kind,
        least=next((each.ge for each in metadata if hasattr(each, "ge")), None),
        most=next((each.le for each in metadata if hasattr(each, "le")), None),
        choices=tuple(str(each) for each in get_args(annotation)) if kind is Kind.CHOICE else (),
        shape=Shape(pattern=shape.pattern, min_length=min_length, trimmed=shape.trimmed, whole=shape.whole),
        unchecked=() if shape.whole else tuple(_functions(checks)),
    )


def _kind(annotation: Any, variable: Variable) -> Kind:
    simple = {str: Kind.TEXT, int: Kind.INTEGER, bool: Kind.BOOLEAN, SecretStr: Kind.SECRET}
    if annotation in simple:
        return simple[annotation]
    if get_origin(annotation) is Literal:
        return Kind.CHOICE
    if get_origin(annotation) is tuple:
        return Kind.LIST
    raise TypeError(
        f"{variable.env} has the type {annotation}, for which nothing is generated: make it text, a secret, an integer, a boolean, a "
        "Literal or a tuple of texts, or add its type to app_config/languages"
    )


def _functions(metadata: list[Any]) -> list[str]:
    found = [each.func for each in metadata if isinstance(each, AfterValidator | BeforeValidator)]
    names = [f"{function.__module__}.{function.__name__}" for function in found]
    return [name for name in names if name not in _IGNORED]

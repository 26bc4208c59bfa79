"""
What a settings class says about its variables: names, secrecy, defaults, words.

One reading of the class for everybody: the loader, the program's binding, the reference page and `.env.example` all call
`variables`. The settings themselves are in `settings`; what a value must look like is in `formats` and `rules`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, ClassVar, Literal, Self, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Env:
    """Names the variable of a field whose name does not follow from its group: `Annotated[str, Env("RUST_LOG")]`."""

    name: str


@dataclass(frozen=True)
class Brought:
    """
    A person brings this secret: `Annotated[Secret, Brought("the Google Cloud console")]`.

    The program binds it by itself and fills the vault with a placeholder, the field's first example, until then.

    Attributes:
        where: where the person gets it.
    """

    where: str


@dataclass(frozen=True)
class Rotated:
    """`app-config rotate` makes this secret's values, after a first one that the stack makes."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """
    What one text must look like, for readers in other languages: `Annotated[str, Shape(pattern="[a-z]{3,63}"), AfterValidator(f)]`.

    It says no more than the validator beside it, which checks the value here.

    Attributes:
        pattern: a regular expression for the whole value, of what `languages.patterns` reads; None for any.
        min_length: the least number of characters.
        trimmed: whether white space around the value is refused.
        whole: whether this is all that the validator asks.
    """

    pattern: str | None = None
    min_length: int = 0
    trimmed: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Variable:
    """
    One setting, as the outside world sees it.

    Attributes:
        env: the environment variable, `DATABASE_URL`.
        vault_name: the secret's name in Key Vault, which allows no underscore: `DATABASE-URL`.
        secret: whether the value must not be seen. It follows from the field's type, `SecretStr`, and from nothing else.
        required: whether there is no default.
        default: the value when nobody gives one; None when there is none.
        description: a sentence for people.
        group: the attribute of the settings class.
        field: the attribute of the group.
        type_name: the type in words.
        example: the first example, as text; None when there is none.
        brought_from: where a person gets the secret; None when nobody brings it.
        rotated: whether `app-config rotate` makes its values. The stack makes every other secret that nobody brings.
    """

    env: str
    vault_name: str
    secret: bool
    required: bool
    default: object | None
    description: str
    group: str
    field: str
    type_name: str
    example: str | None = dataclasses.field(default=None, repr=False)
    brought_from: str | None = None
    rotated: bool = False

    @property
    def stored_by_people(self) -> bool:
        """Whether `app-config put` may store it: the stack never writes over its first value."""
        return self.brought_from is not None or self.rotated

    @property
    def owner(self) -> str:
        """Who makes new values of a secret, and what to do for one."""
        if self.brought_from is not None:
            return f"it comes from {self.brought_from}: make a new one there, and store it with `app-config put`"
        if self.rotated:
            return "`app-config rotate` makes it"
        return "the stack makes and rotates it: run `pulumi up`" if self.secret else "it is not a secret"


class BrokenRulesError(ValueError):
    """Values that are right one by one and wrong together; `broken` pairs a variable's name with the sentence."""

    def __init__(self, broken: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{name} {text}" for name, text in broken))
        self.broken = broken


class Group(BaseModel):
    """Settings of one subject. Frozen, and never shows a value in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Contract(BaseModel):
    """
    A whole set of settings, in groups.

    Attributes:
        app: what the program's `settings` output calls the app that reads it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    app: ClassVar[str] = "app"

    @classmethod
    def broken_rules(cls, values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """
        The rules over several values that do not hold, as (variable, sentence that does not show the value).

        Args:
            values: checked values by variable name. One that is missing or wrong is left out, and a rule that needs it
                says nothing: its own problem is reported already.
        """
        del values
        return ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        broken = tuple(self.broken_rules(values_of(self)))
        if broken:
            raise BrokenRulesError(broken)
        return self


@cache
def variables(contract: type[BaseModel]) -> tuple[Variable, ...]:
    """
    The variables of a settings class, in the order of its declaration.

    Args:
        contract: a model whose fields are models (the groups).

    Raises:
        TypeError: a field is no group, or two fields have one variable name.
    """
    found: dict[str, Variable] = {}
    for group_name, group in contract.model_fields.items():
        model = group.annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise TypeError(f"{contract.__name__}.{group_name} is no group: make it a class derived from Group")
        for field_name, field in model.model_fields.items():
            variable = _variable(group_name, field_name, field)
            if variable.env in found:
                other = found[variable.env]
                raise TypeError(
                    f"{contract.__name__} has {variable.env} twice: {other.group}.{other.field} and {group_name}."
                    f"{field_name}. Rename one, or name its variable with Env(...)"
                )
            found[variable.env] = variable
    return tuple(found.values())


def values_of(settings: BaseModel) -> dict[str, Any]:
    """The values of settings by variable name; secrets stay wrapped in `SecretStr`."""
    return {each.env: getattr(getattr(settings, each.group), each.field) for each in variables(type(settings))}


def as_text(value: object) -> str:
    """A value as the process environment holds it: lists with commas, a secret unwrapped."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(as_text(each) for each in cast("tuple[object, ...]", value))
    return str(value)


def _variable(group: str, name: str, field: FieldInfo) -> Variable:
    env = next((each.name for each in field.metadata if isinstance(each, Env)), f"{group}_{name}".upper())
    required = field.is_required()
    return Variable(
        env=env,
        vault_name=env.replace("_", "-"),
        secret=_is_secret(field.annotation),
        required=required,
        default=None if required else field.get_default(call_default_factory=True),
        description=field.description or "",
        group=group,
        field=name,
        type_name=_type_name(field.annotation),
        example=as_text(field.examples[0]) if field.examples else None,
        brought_from=next((each.where for each in field.metadata if isinstance(each, Brought)), None),
        rotated=any(isinstance(each, Rotated) for each in field.metadata),
    )


def _members(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of `X | None`, or the type itself."""
    if get_origin(annotation) in {Union, UnionType}:
        return tuple(each for each in get_args(annotation) if each is not type(None))
    return (annotation,)


def _is_secret(annotation: Any) -> bool:
    return any(isinstance(each, type) and issubclass(each, SecretStr) for each in _members(annotation))


def _type_name(annotation: Any) -> str:
    named = {int: "integer", str: "text", bool: "true or false", float: "number"}
    member = _members(annotation)[0]
    if _is_secret(annotation):
        return "secret text"
    if get_origin(member) is Literal:
        return " or ".join(str(each) for each in get_args(member))
    if get_origin(member) in {tuple, list}:
        return "comma-separated list"
    return named.get(member, "text")

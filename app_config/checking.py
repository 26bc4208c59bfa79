"""
From texts to settings: pydantic's checks and the contract's rules, with every problem by variable name and no value.

pydantic stops before a model's own rules when one field is wrong; here the rules that can be judged are judged anyway, so
that a person is not sent around twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from app_config.contract import BrokenRulesError, Contract, Variable, variables
from app_config.formats import UnfitError
from app_config.problems import Problem
from app_config.sources.source import Given

ContractT = TypeVar("ContractT", bound=BaseModel)


def check(
    contract: type[ContractT], given: Mapping[str, Given], silent: frozenset[str] = frozenset()
) -> tuple[ContractT | None, tuple[Problem, ...]]:
    """
    Settings from texts, or what is wrong with them.

    Args:
        contract: the settings class.
        given: texts by variable name.
        silent: variables that have a problem already; that they are missing is not said again.
    """
    data: dict[str, dict[str, Any]] = {group: {} for group in contract.model_fields}
    for variable in variables(contract):
        if variable.env in given:
            text = given[variable.env].text
            data[variable.group][variable.field] = text if variable.secret else text.get_secret_value()
    try:
        return contract.model_validate(data), ()
    except ValidationError as error:
        errors = cast(
            "list[dict[str, Any]]", error.errors(include_url=False, include_input=False, include_context=True)
        )
    return None, tuple(_problems(contract, given, silent, errors))


def _problems(
    contract: type[BaseModel], given: Mapping[str, Given], silent: frozenset[str], errors: Iterable[dict[str, Any]]
) -> Iterable[Problem]:
    by_place = {(variable.group, variable.field): variable for variable in variables(contract)}
    found: dict[str, list[Problem]] = {}
    wrong: set[str] = set()
    for error in errors:
        reason = error.get("ctx", {}).get("error")
        if isinstance(reason, BrokenRulesError):
            _add_rules(found, given, reason.broken)
            continue
        variable = by_place.get(tuple(error["loc"][:2]))
        name = variable.env if variable else None
        if name is not None:
            wrong.add(name)
        if name in silent and error["type"] == "missing":
            continue
        text = _sentence(error, variable, reason)
        if isinstance(reason, ValueError) and not isinstance(reason, UnfitError):
            text = _withheld(text, given.get(name or ""))
        source = given[name].origin if name and name in given else "no source has it"
        found.setdefault(name or "", []).append(Problem(name, source, text))
    if wrong and issubclass(contract, Contract):
        # With a field wrong, pydantic did not get as far as the rules.
        _add_rules(found, given, contract.broken_rules(_right_values(contract, given, wrong)))
    order = {variable.env: place for place, variable in enumerate(variables(contract))}
    for name in sorted(found, key=lambda each: order.get(each, len(order))):
        yield from dict.fromkeys(found[name])


def _add_rules(found: dict[str, list[Problem]], given: Mapping[str, Given], broken: Iterable[tuple[str, str]]) -> None:
    for name, text in broken:
        source = given[name].origin if name in given else "default"
        found.setdefault(name, []).append(Problem(name, source, text))


def _right_values(contract: type[BaseModel], given: Mapping[str, Given], wrong: set[str]) -> dict[str, Any]:
    """The checked values of all variables that are right by themselves."""
    values: dict[str, Any] = {}
    for variable in variables(contract):
        if variable.env in wrong:
            continue
        if variable.env not in given:
            values[variable.env] = variable.default
            continue
        text = given[variable.env].text
        values[variable.env] = _adapter(contract, variable).validate_python(
            text if variable.secret else text.get_secret_value()
        )
    return values


def _adapter(contract: type[BaseModel], variable: Variable) -> TypeAdapter[Any]:
    """The check of one field alone."""
    group = cast("type[BaseModel]", contract.model_fields[variable.group].annotation)
    field = group.model_fields[variable.field]
    annotated: Any = field.annotation
    for each in field.metadata:
        annotated = Annotated[annotated, each]
    return TypeAdapter(annotated)


def _sentence(error: dict[str, Any], variable: Variable | None, reason: object) -> str:
    context: dict[str, Any] = error.get("ctx", {})
    if isinstance(reason, ValueError):
        return str(reason)
    match error["type"]:
        case "missing":
            return _how_to_give(variable)
        case "int_parsing" | "int_type" | "int_from_float":
            return "is no whole number: write digits only"
        case "greater_than_equal":
            return f"is less than {context['ge']}, the least allowed"
        case "less_than_equal":
            return f"is more than {context['le']}, the most allowed"
        case "literal_error":
            return f"must be {context['expected']}"
        case "string_too_short":
            return "is empty: give it a value" if context["min_length"] == 1 else "is too short"
        case _:
            return f"is wrong: {error['msg']}"


def _how_to_give(variable: Variable | None) -> str:
    if variable is None:
        return "is missing"
    if variable.secret:
        return f"is missing: store it in Key Vault as {variable.vault_name}, or set it in the environment"
    return "is missing: set it in the environment, or read the outputs of a stack"


def _withheld(text: str, given: Given | None) -> str:
    """The sentence, unless a check of somebody's own put the value into it."""
    value = given.text if given else SecretStr("")
    if value and value.get_secret_value() in text:
        return "is refused by its check, whose message contains the value and is not shown: see the reference page"
    return text

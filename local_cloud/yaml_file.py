"""Reads YAML that people write; errors name the line, and a duplicate key is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

_MERGE: Final = "tag:yaml.org,2002:merge"
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(Exception):
    """The file cannot be used; the message names it, the line, and what to write."""


def read_yaml(file: Path) -> Any:
    """
    The content of a YAML file; None where it is empty.

    Raises:
        YamlError: it is not YAML, or a mapping has a key twice.
        OSError: it cannot be read.
    """
    content = file.read_bytes()
    try:
        return yaml.load(content.decode(), Loader=_UniqueKeys)  # noqa: S506  a safe loader
    except UnicodeDecodeError as error:
        raise YamlError(f"{file} is not UTF-8 from byte {error.start} on. Save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        number, column = (mark.line, mark.column) if mark is not None else (0, 0)
        before = "".join(content.decode().splitlines()[number : number + 1])[: column + 1]
        remedy = ". Indent with spaces, not tabs" if "\t" in before else ""
        raise YamlError(f"{file}, line {number + 1}: {error.problem or 'it is not YAML'}{remedy}") from None
    except yaml.YAMLError as error:
        raise YamlError(f"{file} is not YAML: {' '.join(str(error).split())}") from None


class _UniqueKeys(_Loader):
    """YAML asks for unique keys; PyYAML takes the last of two without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _MERGE:
                continue
            key = self.construct_object(key_node)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"'{key}' is there twice, first in line {seen[key]}. Keep one", key_node.start_mark
                )
            seen[key] = key_node.start_mark.line + 1
        return super().construct_mapping(node, deep=deep)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  PyYAML has no types

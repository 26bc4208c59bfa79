from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.yaml_file import YamlError, read_yaml


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ports.yaml"


def test_a_file_reads_as_yaml_has_it(file: Path) -> None:
    file.write_text("base: &base {a: 1}\nhere: {<<: *base, b: [x, 2.5, true, null]}\n")
    assert read_yaml(file) == {"base": {"a": 1}, "here": {"a": 1, "b": ["x", 2.5, True, None]}}


def test_an_empty_file_has_nothing(file: Path) -> None:
    file.write_text("# a comment\n")
    assert read_yaml(file) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("edge: 8443\n\tconsole: 9000\n", "ports.yaml, line 2: .*Indent with spaces, not tabs"),
        ("edge: 8443\ndns: 5353\nedge: 9443\n", "ports.yaml, line 3: 'edge' is there twice, first in line 1. Keep one"),
        ("a:\n  b: 1\n  b: 2\n", "ports.yaml, line 3: 'b' is there twice, first in line 2. Keep one"),
        ("edge: [\n", "ports.yaml, line 2: "),
        ("edge: @x\n", "ports.yaml, line 1: "),
        (b"edge: \xff\n", "ports.yaml is not UTF-8 from byte 6 on. Save it as UTF-8"),
        (b"edge: \x00\n", "ports.yaml is not YAML: "),
    ],
)
def test_a_mistake_is_named_with_its_line(file: Path, content: str | bytes, said: str) -> None:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(YamlError, match=said) as caught:
        read_yaml(file)
    assert "\n" not in str(caught.value)

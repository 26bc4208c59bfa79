"""The file that says what runs in the place of an image."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.services.container_apps.backend import Images, ImageUnmapped


def images(directory: Path, text: str, **options: str) -> Images:
    file = directory / "local-images.yaml"
    file.write_text(text)
    return Images(file, **options)


def engine(directory: Path, name: str, *, works: bool) -> str:
    program = directory / name
    program.write_text(f"#!/bin/sh\nexit {0 if works else 1}\n")
    program.chmod(0o755)
    return str(directory)


def test_the_first_pattern_that_fits_is_taken(tmp_path: Path) -> None:
    found = images(tmp_path, "images:\n- {image: 'a/b*', command: one}\n- {image: '*', command: two}\n")
    assert found.find("a/b@sha256:0").command == ("one",)
    assert found.find("c").command == ("two",)


def test_a_command_is_words_or_a_list(tmp_path: Path) -> None:
    found = images(tmp_path, "images:\n- {image: a, command: \"x 'y z'\"}\n- {image: b, command: [x, y z]}\n")
    assert found.find("a").command == found.find("b").command == ("x", "y z")


def test_directories_begin_where_the_file_is(tmp_path: Path) -> None:
    found = images(tmp_path, "images:\n- {image: a, command: x, cwd: examples/api}\n")
    assert found.directory(found.find("a")) == tmp_path / "examples/api"


def test_a_change_of_the_file_is_seen(tmp_path: Path) -> None:
    found = images(tmp_path, "images: []\n")
    with pytest.raises(ImageUnmapped):
        found.find("a")
    found.file.write_text("images:\n- {image: a, command: changed-command}\n")
    assert found.find("a").command == ("changed-command",)


@pytest.mark.parametrize(
    ("image", "pattern"),
    [
        ("ghcr.io/a/b@sha256:0f", "ghcr.io/a/b*"),
        ("ghcr.io/a/b:1.2", "ghcr.io/a/b*"),
        ("registry:5000/a/b", "registry:5000/a/b*"),
        ("registry:5000/a/b:1@sha256:0f", "registry:5000/a/b*"),
    ],
)
def test_an_unmapped_image_shows_the_lines_to_add(tmp_path: Path, image: str, pattern: str) -> None:
    with pytest.raises(ImageUnmapped) as unmapped:
        images(tmp_path, "images: []\n").find(image, container="api")
    said = str(unmapped.value)
    assert f"  - image: {pattern}\n" in said
    assert str(tmp_path / "local-images.yaml") in said


def test_a_missing_file_shows_its_first_line_too(tmp_path: Path) -> None:
    with pytest.raises(ImageUnmapped, match=r"(?m)^images:$"):
        Images(tmp_path / "none.yaml").find("a")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("images: [", "local-images.yaml, line 2: "),
        ("images:\n- {image: a}\n", "entry 1: 'command' is missing"),
        ("images:\n- {image: a, command: b, prot: X}\n", r"entry 1: 'prot' is not a known key; did you mean 'port'\?"),
        ("images:\n- {image: a, command: b, listen: SERVER HOST}\n", "entry 1: 'listen': string should match pattern"),
        ("images:\n- {image: a, command: b, port: ADDRESS, listen: ADDRESS}\n", "entry for a names ADDRESS for both"),
        ("pictures: []\n", "the file: 'pictures' is not a known key"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BackendError, match=named):
        images(tmp_path, text).find("a")


def test_an_engine_that_works_runs_unmapped_images(tmp_path: Path) -> None:
    found = images(tmp_path, "images: []\n", search=engine(tmp_path, "podman", works=True))
    assert found.find("a") is None
    assert found.engine == str(tmp_path / "podman")


def test_an_engine_whose_daemon_does_not_answer_is_none(tmp_path: Path) -> None:
    found = images(tmp_path, "images: []\n", search=engine(tmp_path, "docker", works=False))
    with pytest.raises(ImageUnmapped, match="neither docker nor podman works"):
        found.find("a")

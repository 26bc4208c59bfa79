"""A report as the text of a comment: nothing in it acts, all of it fits; and the script that posts it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ignition.previews.comment import LIMIT, MARKER, comment, main, safe

ROOT = Path(__file__).parents[4]
BREAK = "\N{ZERO WIDTH SPACE}"
GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
for each in "$@"; do case $each in body=@*) cp "${each#body=@}" "$BODY";; esac; done
case "$*" in *--paginate*) printf '%s' "$FOUND";; esac
"""


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x>",
        "</details>",
        "<!-- hidden -->",
        "@somebody",
        "mail@somebody",
        "fixes #12",
        "other/repository#12",
        "GH-12",
        "![](https://example.org/pixel)",
        "https://github.com/o/r/issues/1",
    ],
)
def test_what_github_would_act_upon_is_broken_and_looks_the_same(text):
    found = safe(text)
    assert BREAK in found
    assert found.replace(BREAK, "") == text


def test_headings_tables_code_and_links_stay_as_they_are():
    text = "## Stack `prod`\n\n| a | b |\n| --- | --- |\n| 1 < 2 | [page](https://learn.microsoft.com/x) |\n\n- **lost**: it"
    assert safe(text) == text


def test_control_characters_and_reversed_text_go():
    assert safe("a\x00b\x1b[31mc\u202ed\u2066e\n\tf") == "ab[31mcde\n\tf"


def test_a_comment_begins_with_its_marker_and_no_report_can_forge_another():
    text = comment([MARKER])
    assert text.startswith(f"{MARKER}\n")
    assert text.count(MARKER) == 1


@pytest.mark.parametrize("count", [1, 2, 5])
def test_reports_of_any_size_fit_and_say_that_they_were_cut(count):
    text = comment(["| row |\n" * 40_000] * count)
    assert len(text) <= LIMIT
    assert text.count("The rest does not fit here") == count
    assert set(re.findall(r"^\|.*$", text, re.MULTILINE)) == {"| row |"}


def test_a_block_of_code_that_is_cut_is_closed():
    assert comment(["```\n" + "x\n" * 80_000]).count("```") == 2


def test_a_file_that_is_no_text_is_still_a_comment(tmp_path, capsys):
    (tmp_path / "report.md").write_bytes(b"\xff\xfe## report \x00")
    assert main([str(tmp_path / "report.md")]) == 0
    assert "## report" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    assert main([str(tmp_path / "nothing.md")]) == 1
    assert "nothing.md cannot be read" in capsys.readouterr().err
    assert main([]) == 2


@pytest.fixture
def post(tmp_path):
    """Runs the script of the workflow with a `gh` that writes down what it is asked."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    (tools / "python3").symlink_to(sys.executable)
    reports = tmp_path / "reports"

    def run(number, found="", **texts):
        for stack, text in texts.items():
            (reports / f"report-{stack}").mkdir(parents=True)
            (reports / f"report-{stack}" / "report.md").write_text(text)
        reports.mkdir(exist_ok=True)
        calls, body = tmp_path / "calls", tmp_path / "body"
        given = {"REPORTS": str(reports), "NUMBER": number, "GITHUB_REPOSITORY": "o/r", "FOUND": found}
        outside = {"CALLS": str(calls), "BODY": str(body), "PATH": f"{tools}:{os.environ['PATH']}"}
        subprocess.run([ROOT / ".github" / "comment.sh"], cwd=ROOT, env={**os.environ, **given, **outside}, check=True)
        return (calls.read_text().splitlines() if calls.exists() else [], body.read_text() if body.exists() else "")

    return run


def test_the_first_comment_of_a_pull_request_has_all_reports(post):
    calls, body = post("7", dev="## dev @all", prod="## prod")
    assert calls[-1].startswith("api repos/o/r/issues/7/comments --method POST")
    assert body.startswith(MARKER)
    assert f"## dev @{BREAK}all" in body
    assert "## prod" in body


def test_the_next_comment_replaces_it(post):
    calls, _ = post("7", found="42", dev="## dev")
    assert calls[-1].startswith("api repos/o/r/issues/comments/42 --method PATCH")


@pytest.mark.parametrize("number", ["", "7; rm -rf /", "null"])
def test_without_a_number_nothing_is_posted(post, number):
    assert post(number, dev="## dev") == ([], "")


def test_without_a_report_nothing_is_posted(post):
    assert post("7") == ([], "")

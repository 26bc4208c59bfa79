"""Markdown and HTML: everything that comes from the program is escaped, nothing is outside of the file, all fits into a comment."""

import html.parser
import re

import pytest

from ignition.report import rendering
from ignition.report.changes import changes
from ignition.report.model import assembled
from tests.unit.ignition.report.steps import BUCKET, COMPONENT, REPLACED_SERVER, SERVER, step, urn

HOSTILE = (
    "</style><script>alert(1)</script>|`@octocat ![x](https://evil.example/x.png) <img src=x onerror=y>\n# big\u202e"
)


def report(*steps, **document):
    return assembled(
        project="trial",
        stack="prod",
        base="revision main",
        found=changes(list(steps)),
        document=document,
        errors=[],
        outputs=({}, {}),
        notes=[],
    )


def refusal(**more):
    return {
        "rule": "dbforpostgresql.Server.serverName.pattern",
        "message": "'serverName' is no name",
        "remedy": "write another",
        "source": "https://learn.microsoft.com/azure",
        "position": {"file": "infra/database.py", "line": 7},
        **more,
    }


HOSTILE_REPORT = report(
    step("update", BUCKET, HOSTILE, {"name": "a"}, {"name": HOSTILE, HOSTILE: "b"}),
    step("delete", BUCKET, HOSTILE + "2", {}),
    refusals=[refusal(message=HOSTILE, source=f"javascript:{HOSTILE}", rule=HOSTILE)],
    acceptedExceptions=[{"rule": HOSTILE, "urn": HOSTILE, "reason": HOSTILE, "expires": "2027-01-31"}],
)


class Page(html.parser.HTMLParser):
    """Which tags, attributes and addresses there are."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.addresses = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name in ("href", "src")]


def test_hostile_names_and_values_are_text_in_the_page():
    page = Page(rendering.html(HOSTILE_REPORT))
    assert page.tags.isdisjoint({"script", "img", "iframe", "link", "object"})
    assert not [each for each in page.attributes if each.startswith("on")]
    assert not [each for each in page.addresses if not each.startswith("https://")]


def test_hostile_names_and_values_are_text_in_the_comment():
    text = rendering.markdown(HOSTILE_REPORT)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert "<script" not in outside
    assert "<img" not in outside
    assert "![" not in outside
    assert not re.search(r"@octocat", outside)
    assert "https://evil" not in outside
    assert not re.search(r"^# big", text, re.M)
    assert "\u202e" not in text


def test_every_row_of_a_table_has_as_many_cells_as_its_heading():
    text = rendering.markdown(HOSTILE_REPORT)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert rows
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_the_page_loads_nothing():
    text = rendering.html(report(REPLACED_SERVER, refusals=[refusal()]))
    page = Page(text)
    assert "src" not in page.attributes
    assert page.tags.isdisjoint({"script", "link"})
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_dangers_come_before_refusals_and_refusals_before_single_properties():
    text = rendering.markdown(report(REPLACED_SERVER, refusals=[refusal()], warnings=[refusal(rule="w")]))
    places = [text.index(each) for each in ("Data is lost", "### Refused", "### Warnings", "### Every change")]
    assert places == sorted(places)


@pytest.mark.parametrize("write", [rendering.markdown, rendering.html])
def test_a_finding_has_its_rule_place_remedy_and_source(write):
    text = write(report(refusals=[refusal()]))
    for each in (
        refusal()["rule"],
        "infra/database.py:7",
        "Remedy: write another",
        "https://learn.microsoft.com/azure",
    ):
        assert each in text


@pytest.mark.parametrize("write", [rendering.markdown, rendering.html])
def test_what_policies_say_is_a_section(write):
    entry = refusal(
        policy="data.protected", severity="high", enforcement="mandatory", message="the server is not protected"
    )
    del entry["rule"]
    text = write(report(policies=[entry]))
    for each in ("Policies", "data.protected", "mandatory, high", "the server is not protected"):
        assert each in text


def test_a_long_report_fits_into_a_comment_and_says_what_is_missing():
    many = [step("update", BUCKET, f"bucket-{n}", {"name": "é" * 300}, {"name": "ü" * 300}) for n in range(200)]
    text = rendering.markdown(report(REPLACED_SERVER, *many))
    assert len(text.encode()) <= 65_536
    assert re.search(r"\*\*Truncated:\*\* \d+ more lines do not fit", text)
    assert "Data is lost" in text


def test_nothing_dangerous_is_said_so():
    assert "Nothing is lost" in rendering.markdown(report(step("create", SERVER, "main", None, {})))


def test_the_picture_has_a_box_for_each_component_and_what_changes_in_it():
    component = step("same", COMPONENT, "database", {}, {})
    server = step("update", SERVER, "main", {"a": "1"}, {"a": "2"}, parent=urn(COMPONENT, "database"))
    needs = {"dependencies": [urn(SERVER, "main")]}
    app = step("same", BUCKET, "store", {}, {}, **needs)
    text = rendering.html(report(component, server, app))
    assert "<title>database: 1 changed</title>" in text
    assert "<title>store: 1 unchanged</title>" in text
    assert text.count('<path class="plain"') == 2  # a line in each of the two sizes


def test_a_cycle_between_components_is_drawn_all_the_same():
    one, two = urn(COMPONENT, "one"), urn(COMPONENT, "two")
    steps = [
        step("same", COMPONENT, "one", {}, {}),
        step("same", COMPONENT, "two", {}, {}),
        step("same", SERVER, "a", {}, {}, parent=one, dependencies=[urn(SERVER, "b")]),
        step("same", SERVER, "b", {}, {}, parent=two, dependencies=[urn(BUCKET, "c")]),
        step("same", BUCKET, "c", {}, {}, parent=one),
    ]
    assert "<title>two: 1 unchanged</title>" in rendering.html(report(*steps))


@pytest.mark.parametrize("write", [rendering.markdown, rendering.html])
def test_an_accepted_exception_has_its_reason_last_day_entry_and_the_resources_place(write):
    entry = {
        "rule": "a.rule",
        "urn": urn(SERVER, "main"),
        "entry": 3,
        "reason": "one of them goes",
        "expires": "2027-01-31",
    }
    text = write(report(REPLACED_SERVER, acceptedExceptions=[entry], unusedExceptions=["entry 4 (b.rule)"]))
    for each in (
        "a.rule",
        "one of them goes",
        "2027-01-31",
        "infra/database.py:7",
        "accepted-exceptions.yaml",
        "entry 3",
        "entry 4",
    ):
        assert each in text

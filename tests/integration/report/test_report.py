"""`ignition report` with the real engine, on a real repository of this project whose second commit changes it."""

import json
import re

import pytest

from tests.integration.preview.programs import SERVER, VAULT, project
from tests.integration.report.conftest import Repository
from tests.support.exported_states import write_state


def test_the_two_files_are_written_and_nothing_else(written):
    assert sorted(written) == ["report.html", "report.md"]


def test_the_comment_says_in_words_what_is_lost_and_interrupted(written):
    text = written["report.md"].read_text()
    dangers = text.split("### Settings")[0]
    assert "Bucket 'archive' is deleted: its objects are lost." in dangers
    assert "Container app 'api-app' is replaced because 'containerAppName' changes. Interrupted:" in dangers
    assert "Database server 'database-server' changes 'sku.name': the server restarts" in dangers
    assert dangers.index("Data is lost") < dangers.index("Interrupted")


def test_what_only_refers_to_a_renamed_app_follows_it(written):
    assert re.search(
        r"resources refer to what is new of 'api-app', .*'alerts-api-restarts'", written["report.md"].read_text()
    )


def test_a_changed_setting_has_both_values(written):
    row = "| `api` | `RUST_LOG` | changed | `ignition_api=info,tower_http=info` | `ignition_api=debug` |"
    assert row in written["report.md"].read_text()


def test_a_changed_size_stands_beside_the_price_calculator(written):
    text = written["report.md"].read_text()
    assert "| database server 'database-server' | `sku.name` | `Standard_D2ds_v5` | `Standard_D4ds_v5` |" in text
    assert "https://azure.microsoft.com/pricing/calculator/" in text


def test_every_changed_resource_has_its_file_and_line(written):
    assert re.search(
        r"\*\*± container app\*\* `api-app`: replaced at `infra/components/[\w/]+\.py:\d+`",
        written["report.md"].read_text(),
    )


def test_a_tree_that_changes_nothing_says_so(ignition, repository, tmp_path):
    ran = ignition("report", "prod", "--base", "HEAD", "--out", str(tmp_path), cwd=repository.place)
    assert ran.code == 0, ran.everything
    text = (tmp_path / "report.md").read_text()
    assert re.search(r"^## Stack `prod`: \d+ unchanged", text)
    assert "Nothing is lost, interrupted, removed or replaced." in text


def test_no_worktree_stays_behind(written, repository):
    assert written
    assert len(repository.git("worktree", "list").splitlines()) == 1


def test_a_stack_that_the_base_does_not_have_is_new(ignition, repository, tmp_path):
    (repository.place / "Pulumi.extra.yaml").write_text((repository.place / "Pulumi.dev.yaml").read_text())
    try:
        ran = ignition("report", "extra", "--base", "main", "--out", str(tmp_path), cwd=repository.place)
    finally:
        (repository.place / "Pulumi.extra.yaml").unlink()
    assert ran.code == 0, ran.everything
    assert re.search(r"^## Stack `extra`: \d+ created\n", (tmp_path / "report.md").read_text())


def test_a_refused_change_is_reported_and_ends_with_the_code_of_a_preview(ignition, repository, tmp_path):
    repository.change("infra/names.py", '"psql", 63', '"Psql_", 63')
    try:
        ran = ignition("report", "prod", "--base", "main", "--out", str(tmp_path), cwd=repository.place)
    finally:
        repository.change("infra/names.py", '"Psql_", 63', '"psql", 63')
    assert ran.code != 0
    assert "The preview did not come to its end" in (tmp_path / "report.md").read_text()


def test_an_exported_state_is_compared_without_a_repository(ignition, tmp_path):
    where = project(tmp_path / "project", VAULT.format(sku="standard"))
    steps = json.loads(ignition("preview", "dev", "--json", cwd=where).out)["steps"]
    state = write_state(tmp_path / "state.json", steps)
    before = state.read_bytes()
    project(where, VAULT.format(sku="premium"))
    ran = ignition("report", "dev", "--state", str(state), "--out", str(tmp_path / "out"), cwd=where)
    assert ran.code == 0, ran.everything
    text = (tmp_path / "out" / "report.md").read_text()
    assert "Compared with state.json" in text
    assert "| `properties.sku.name` | `standard` | `premium` |" in text
    assert state.read_bytes() == before


@pytest.fixture
def of_program(ignition, tmp_path):
    """The report of a small program's change, as Markdown."""

    def made(before, after):
        where = project(tmp_path / "project", before)
        repository = Repository(where)
        repository.git("init", "--quiet", "--initial-branch", "main")
        repository.git("add", ".")
        repository.git("commit", "--quiet", "--message", "The base")
        project(where, after)
        ran = ignition("report", "dev", "--base", "main", "--out", str(tmp_path / "out"), cwd=where)
        assert ran.code == 0, ran.everything
        return (tmp_path / "out" / "report.md").read_text()

    return made


def test_an_id_that_only_the_cloud_knows_stays_unknown_to_the_program(of_program):
    uses = 'pulumi.export("part", group.id.apply(lambda id: id.split("/")[8]))\n'
    text = of_program(VAULT.format(sku="standard") + uses, VAULT.format(sku="premium") + uses)
    assert "| `properties.sku.name` | `standard` | `premium` |" in text


def test_what_the_program_calls_secret_is_in_neither_file(of_program, tmp_path):
    before = SERVER.format(name="psql-trial", login="ignition")
    text = of_program(
        before, before.replace("correct-Horse-7-battery", "another-Horse-8-stable").replace("32}}", "64}}")
    )
    for word in ("Horse", "battery", "stable"):
        assert word not in text + (tmp_path / "out" / "report.html").read_text()


def test_names_of_the_program_are_text_in_both_files(of_program, tmp_path):
    hostile = "<img src=x onerror=alert(1)>|`"
    added = f"azure.resources.ResourceGroup({hostile!r}, resource_group_name='rg-other', location='westeurope')\n"
    text = of_program(VAULT.format(sku="standard"), VAULT.format(sku="standard") + added)
    assert "<img" not in (tmp_path / "out" / "report.html").read_text()
    assert "`` <img src=x onerror=alert(1)>\\|` ``" in text  # text in a code span


def test_a_base_that_the_rules_refuse_can_be_compared_with(of_program):
    """The change may be the one that fixes it, or that brings the rule."""
    refused = VAULT.format(sku="standard").replace("kv-trial", "bad_name_")
    text = of_program(refused, VAULT.format(sku="standard"))
    assert "| `vaultName` | `bad_name_` | `kv-trial` |" in text
    assert "The base itself breaks rules of this installation: 1 refusals" in text

"""The reference page of the commands."""

import re

import click
import pytest

from app_config.command.cli import cli as app_config
from ignition import reference
from ignition.commands import cli as ignition


def _of_both():
    for name, group in (("ignition", ignition), ("app-config", app_config)):
        context = click.Context(group, info_name=name)
        for called in group.list_commands(context):
            yield pytest.param(group.get_command(context, called), id=f"{name} {called}")


COMMANDS = list(_of_both())


def test_the_page_is_what_the_commands_say():
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "run `python -m ignition.reference --write`"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_every_command_is_told(command):
    page = reference.page()
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    assert [opt for each in options for opt in each.opts if not re.search(rf"{re.escape(opt)}[ ,`]", page)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_is_for(command):
    assert [each.name for each in command.params if isinstance(each, click.Option) and not each.help] == []


def test_a_cell_of_a_table_holds_no_bare_bar():
    rows = [line for line in reference.page().splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if row.replace("\\|", "").count("|") != 3] == []


def test_a_page_that_is_out_of_date_is_told_and_can_be_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reference, "PAGE", tmp_path / "commands.md")
    assert reference.main([]) == 1
    assert "--write" in capsys.readouterr().err
    assert reference.main(["--write"]) == 0
    assert reference.main([]) == 0

"""Whether an engine shows debug messages, from its command line and environment."""

import pytest

from local_cloud.language_host.engine_process import shows_debug_messages


@pytest.mark.parametrize("words", [("--debug",), ("-d",), ("-yd",), ("--debug=true",), ("--debug=1",)])
def test_a_flag_asks_for_them(words):
    assert shows_debug_messages(["pulumi", "preview", *words], {})


@pytest.mark.parametrize("words", [(), ("--diff",), ("--stack", "dev"), ("--debug=false",), ("-y",)])
def test_without_the_flag_they_are_not_shown(words):
    assert not shows_debug_messages(["pulumi", "preview", *words], {})


@pytest.mark.parametrize(("value", "shown"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_the_variable_asks_for_them(value, shown):
    assert shows_debug_messages(["pulumi", "up"], {"PULUMI_OPTION_DEBUG": value}) is shown


def test_a_flag_goes_before_the_variable():
    assert not shows_debug_messages(["pulumi", "up", "--debug=false"], {"PULUMI_OPTION_DEBUG": "true"})

"""What `ignition up` says after Ctrl-C."""

from __future__ import annotations

import click
import pytest

from ignition.platform import up


def test_an_interrupted_up_says_how_to_continue_and_how_to_stop() -> None:
    with (
        pytest.raises(
            click.ClickException, match=r"Nothing is lost: `\S*ignition up` continues, .*ignition down` stops"
        ),
        up._interruptible(),
    ):
        raise KeyboardInterrupt

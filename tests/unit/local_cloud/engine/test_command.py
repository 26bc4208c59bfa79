"""`python -m local_cloud.engine` obtains programs and says where they are."""

from __future__ import annotations

import pytest

from local_cloud.engine.__main__ import main


def test_a_named_program_is_printed_with_its_version_path_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caddy"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("caddy 2.")
    assert "bin/caddy (" in out


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["terraform"])
    assert stopped.value.code == 2
    assert "choose from caddy, postgres, versitygw, pulumi" in capsys.readouterr().err

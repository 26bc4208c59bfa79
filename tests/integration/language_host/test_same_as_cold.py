"""The warm host with its speed-ups and a fresh interpreter without them come to the same, program by program."""

from pathlib import Path

import pytest

from tests.support.pulumi_project import write_project

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
CONFIG = {"trial:token": "t0ken", "trial:plain": "text", "trial:nested": {"list": [1, 2]}}


def _comparable(result):
    """Events without what differs from run to run: sequence, time, the order of parallel resources, debug messages."""
    found = []
    for event in result.events:
        for kind in ("resourcePreEvent", "resOutputsEvent", "diagnosticEvent", "summaryEvent"):
            body = event.get(kind)
            if body is None or body.get("severity") == "debug":
                continue
            body = {
                key: value for key, value in body.items() if key not in {"durationSeconds", "streamID", "timestamp"}
            }
            found.append((kind, repr(sorted(body.items()))))
    return sorted(found)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_the_warm_host_comes_to_the_same_as_a_fresh_interpreter(warm, cold, tmp_path, program):
    project = write_project(tmp_path / "project", program.read_text(), CONFIG)
    warm_result, cold_result = warm.preview(project, "dev"), cold.preview(project, "dev")
    assert warm_result.code == cold_result.code
    assert _comparable(warm_result) == _comparable(cold_result)
    assert warm_result.events


def test_the_corpus_is_not_empty():
    assert len(PROGRAMS) >= 10

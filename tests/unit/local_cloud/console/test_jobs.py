"""What the page of jobs says that is not written down anywhere else."""

from pathlib import Path

import pytest

from local_cloud.console.jobs import exit_codes_of, took, trigger_of
from local_cloud.services.container_apps.backend import Execution


def execution(*containers, ended=None, codes=()):
    return Execution(
        name="job-1a2b3c4",
        state="Running",
        started=100.0,
        ended=ended,
        log_files={each: Path(each) for each in containers},
        exit_codes=dict(zip(containers, codes, strict=False)),
    )


@pytest.mark.parametrize(
    ("configuration", "says"),
    [
        ({"triggerType": "Manual", "manualTriggerConfig": {"parallelism": 1}}, "Manual"),
        ({"triggerType": "Schedule", "scheduleTriggerConfig": {"cronExpression": "0 3 * * *"}}, "Schedule, 0 3 * * *"),
        ({"triggerType": "Event", "eventTriggerConfig": {"scale": {}}}, "Event"),
    ],
)
def test_a_job_says_what_starts_it(configuration, says):
    assert trigger_of({"configuration": configuration}) == says


def test_exit_codes_are_told_by_container():
    one = execution("job-1a2b3c4-1/before", "job-1a2b3c4-1/statement", codes=(0, 3))
    assert exit_codes_of(one) == {"before": 0, "statement": 3}


def test_where_there_are_several_replicas_their_numbers_are_told_too():
    two = execution("job-1a2b3c4-1/statement", "job-1a2b3c4-2/statement", codes=(0, 3))
    assert exit_codes_of(two) == {"1/statement": 0, "2/statement": 3}


def test_a_container_that_has_not_ended_has_no_exit_code():
    assert exit_codes_of(execution("job-1a2b3c4-1/statement")) == {}


@pytest.mark.parametrize(
    ("ended", "says"),
    [(None, None), (103.25, "3.2 s"), (159.9, "59.9 s"), (160.0, "1 min 0 s"), (1900.5, "30 min 0 s")],
)
def test_an_execution_says_how_long_it_took(ended, says):
    assert took(execution(ended=ended)) == says

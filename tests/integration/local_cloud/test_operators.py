"""What an owner does after the first `up`, on a platform of this machine: the first own image, and a statement in the database."""

import pytest
import yaml

from tests.support.local_platform import ROOT, LocalPlatform

# Stands in for the quickstart image: a page at `/`, and no `/health`.
_PLACEHOLDER = {
    "image": "mcr.microsoft.com/k8se/quickstart*",
    "command": "{python} -m http.server --bind 127.0.0.1 {port}",
    "port": "PORT",
}
_FIRST = {"port": 80, "startup_path": "/", "liveness_path": "/", "readiness_path": "/"}


def _prod(app):
    """What production says of an app before its own image is there."""
    return yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"]["ignition:services"][app]


@pytest.fixture
def mine(tmp_path):
    """A platform for each test: a revision that ran before could not come back as the first one."""
    made = LocalPlatform.make(tmp_path)
    images = made.project / "local-images.yaml"
    document = yaml.safe_load(images.read_text())
    document["images"].append(_PLACEHOLDER)
    images.write_text(yaml.safe_dump(document))
    yield made
    made.remove()


def test_the_quickstart_image_is_followed_by_the_first_own_one(mine):
    file = mine.project / "Pulumi.local.yaml"
    own = file.read_text()
    for app in ("api", "admin"):
        first = {key: _prod(app)[key] for key in _FIRST}
        assert first == _FIRST
        mine.configure("services", **{f"{app}__{key}": value for key, value in first.items()})
        mine.configure("services", **{f"{app}__image": _prod(app)["image"]})
    mine.up()
    assert mine.get("api.ecent.online", "/health").status_code == 404
    before = {app["name"]: app["revision"] for app in mine.status()["apps"]}

    file.write_text(own)  # the digest of the own image, without the port and the three paths
    mine.up()
    assert mine.get("api.ecent.online", "/health").status_code == 200
    assert mine.ready()["checks"]["database"]["role"] == "ignition_a"
    after = {app["name"]: app["revision"] for app in mine.status()["apps"]}
    assert all(after[app] != before[app] for app in ("api", "admin"))


def test_psql_answers_through_the_job_that_exists_only_while_it_is_wanted(mine):
    group = "55555555-5555-5555-5555-555555555555"
    statement = "SELECT current_user, 6 * 7 AS answer"
    mine.configure("operators", group_id=group, database={"statement": statement})
    mine.up()
    ran = mine.ignition("job", "ignition-local-psql", "--state-dir", str(mine.state))
    assert ran.code == 0, ran.output
    assert "ignition_administrator" in ran.output
    assert "42" in ran.output

    mine.configure("operators", database=None)
    mine.up()
    gone = mine.ignition("job", "ignition-local-psql", "--state-dir", str(mine.state))
    assert gone.code != 0

"""What somebody removes from the running platform is noticed by a refresh and brought back by the next `ignition up`."""

import re
import shutil

from tests.support.object_storage import storage_client


def _refresh(platform):
    """How many resources a refresh found in which state."""
    said = platform.pulumi("refresh", "--yes", "--skip-preview")
    return {state: int(count) for count, state in re.findall(r"(\d+) (deleted|updated|unchanged)", said)}


def test_a_bucket_that_somebody_removed_comes_back_with_its_rules_and_the_rights_of_the_api(platform):
    before = _refresh(platform)
    assert set(before) == {"unchanged"}
    variables = platform.variables("api")
    bucket = variables["STORAGE_BUCKET"]
    shutil.rmtree(platform.state / "object-storage" / "data" / bucket)
    found = _refresh(platform)
    assert found["deleted"] >= 2  # the bucket, and each of its kinds of rules
    assert found == {"deleted": found["deleted"], "unchanged": before["unchanged"] - found["deleted"]}
    platform.up()
    assert _refresh(platform) == before
    with storage_client(variables) as client:
        client.put_object(Bucket=bucket, Key="trial/after", Body=b"kept")
        assert client.get_object(Bucket=bucket, Key="trial/after")["Body"].read() == b"kept"
        client.delete_object(Bucket=bucket, Key="trial/after")

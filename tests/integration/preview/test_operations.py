"""The digest of what a preview would do, of real previews by the engine."""

import json

from tests.integration.preview.programs import GROUP, project

NETWORK = """
azure.network.VirtualNetwork(
    "net",
    virtual_network_name="net",
    resource_group_name=group.name,
    address_space={{"address_prefixes": ["{space}"]}},
)
"""


def preview(ignition, directory, space):
    """Writes the preview of a program with that address space; returns the file."""
    place = project(directory, GROUP + NETWORK.format(space=space))
    ran = ignition("preview", "dev", "--json", cwd=place)
    assert ran.code == 0, ran.everything
    file = directory / "preview.json"
    file.write_text(ran.out)
    return file


def test_two_previews_of_one_program_are_equal_and_of_another_are_not(ignition, tmp_path):
    approved, again, other = (tmp_path / name for name in ("approved", "again", "other"))
    for directory in (approved, again, other):
        directory.mkdir()
    first = preview(ignition, approved, "10.0.0.0/16")
    same = ignition("operations", str(preview(ignition, again, "10.0.0.0/16")), "--approved", str(first), "--json")
    assert same.code == 0, same.everything
    assert json.loads(same.out)["digest"] == json.loads(same.out)["approved"]
    changed = ignition("operations", str(preview(ignition, other, "10.1.0.0/16")), "--approved", str(first))
    assert changed.code == 1
    assert "with other values: create urn:pulumi:dev::" in changed.err
    assert "VirtualNetwork::net" in changed.err

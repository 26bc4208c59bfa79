"""The reference page of what previews cannot know."""

from local_cloud import unseen_reference
from local_cloud.catalog import PACKAGES

TYPES = [each for package in PACKAGES for each in package.types]


def test_the_page_is_what_the_rules_say():
    assert unseen_reference.PAGE.read_text(encoding="utf-8") == unseen_reference.page(), (
        "run `python -m local_cloud.unseen_reference --write`"
    )


def test_everything_that_a_rule_does_not_see_is_on_the_page():
    page = unseen_reference.page()
    declared = [rule for each in TYPES for rule in (*each.all_rules, *each.all_plan_rules) if rule.unseen]
    assert len(declared) > 10
    assert [rule for rule in declared if f"| {rule.unseen} |" not in page] == []


def test_what_a_package_does_not_see_is_on_the_page():
    page = unseen_reference.page()
    assert [each for package in PACKAGES for each in package.unseen if f"- {each}" not in page] == []


def test_names_that_somebody_else_may_hold_are_declared():
    unseen = {rule.path for each in TYPES for rule in each.all_rules if "somebody else has the name" in rule.unseen}
    assert unseen == {"vaultName", "serverName", "registryName"}


def test_a_page_that_is_out_of_date_is_noticed_and_can_be_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(unseen_reference, "PAGE", tmp_path / "page.md")
    assert unseen_reference.main([]) == 1
    assert "--write" in capsys.readouterr().err
    assert unseen_reference.main(["--write"]) == 0
    assert unseen_reference.main([]) == 0


def test_every_type_of_a_cloud_says_what_only_the_cloud_knows_of_properties_that_it_has():
    clouds = {"azure-native", "azuread", "cloudflare"}
    types = [each for package in PACKAGES if package.name in clouds for each in package.types]
    silent = [each.token for each in types if not each.unseen and not any(rule.unseen for rule in each.all_rules)]
    assert silent == []
    heads = {(each.token, path.partition(".")[0].removesuffix("[]")) for each in types for path in each.unseen}
    known = {(each.token, name) for each in types for name in each.schema.inputs}
    assert heads - known == set()


def test_what_a_type_does_not_see_is_on_the_page():
    page = unseen_reference.page()
    clauses = [clause for each in TYPES for clause in each.unseen.values()]
    assert len(clauses) > 50
    assert [each for each in clauses if f"| {each} |" not in page] == []

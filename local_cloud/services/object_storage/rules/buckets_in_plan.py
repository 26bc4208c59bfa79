"""Rules over the plan on R2: buckets, what belongs to them, and the tokens that open them."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable
from typing import Any, Final

from local_cloud.packages.cloudflare.sketches import ACCOUNT, OTHER_ACCOUNT, Sketched, bucket
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import LeadsTo, OneOfAKind, PlanRule, Together
from local_cloud.server.values.shapes import is_dict, is_list, is_object

BUCKET: Final = "cloudflare:index/r2Bucket:R2Bucket"
TOKEN: Final = "cloudflare:index/accountToken:AccountToken"
_CREATE: Final = "https://developers.cloudflare.com/r2/buckets/create-buckets/"
_LOCATION: Final = "https://developers.cloudflare.com/r2/reference/data-location/#jurisdictional-restrictions"
_TOKENS: Final = "https://developers.cloudflare.com/r2/api/tokens/"
_RESOURCE: Final = re.compile(r"com\.cloudflare\.edge\.r2\.bucket\.([0-9a-f]{32})_([a-z]+)_([a-z0-9-]+)")


def _jurisdiction(plan: Plan, one: Planned) -> str:
    return str(plan.known(one, "jurisdiction") or "default")


def _name(plan: Plan, one: Planned) -> Hashable | None:
    return plan.key(one, "accountId"), _jurisdiction(plan, one), plan.key(one, "name")


def _has_its_jurisdiction(plan: Plan, one: Planned, other: Planned) -> bool:
    return _jurisdiction(plan, one) == _jurisdiction(plan, other)


def _has_its_account(plan: Plan, one: Planned, other: Planned) -> bool:
    return plan.key(one, "accountId") == plan.key(other, "accountId")


def _bucket_of(plan: Plan, one: Planned) -> Planned | None:
    """The bucket that a part of it names, by an output or by its name."""
    found = plan.origin_at(one, "bucketName", BUCKET)
    text = one.inputs.get("bucketName")
    named = plan.by_text(BUCKET, "name").get(text.casefold(), ()) if isinstance(text, str) else ()
    return found or (named[0] if len(named) == 1 else None)


def _named_by_text(plan: Plan, one: Planned) -> Iterable[Planned]:
    found = _bucket_of(plan, one)
    return [] if found is None else [found]


def _fits_its_bucket(token: str, test: Any) -> Any:
    def found(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
        for each in plan.of(token):
            other = _bucket_of(plan, each)
            if other is not None and False in plan.as_far_as_known(lambda p, one: iter([test(p, one, other)]), each):  # noqa: B023  called at once
                yield each, other

    return found


def _resources(one: Planned) -> Iterable[re.Match[str]]:
    policies = one.inputs.get("policies")
    for each in policies if is_list(policies) else []:
        text = each.get("resources") if is_object(each) else None
        try:
            names: Any = json.loads(text) if isinstance(text, str) else {}
        except ValueError:
            continue
        yield from (found for name in (names if is_dict(names) else {}) if (found := _RESOURCE.fullmatch(str(name))))


def _opens_no_bucket(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Tokens for a bucket of the plan that name another account or jurisdiction than it has."""
    for each in plan.of(TOKEN):
        for found in _resources(each):
            named = plan.by_text(BUCKET, "name").get(found.group(3), ())
            right = {_place(plan, one) for one in named}
            if named and None not in right and (found.group(1), found.group(2)) not in right:
                yield each, named[0]


def _place(plan: Plan, one: Planned) -> tuple[Any, str] | None:
    found = plan.as_far_as_known(lambda p, each: iter([(p.known(each, "accountId"), _jurisdiction(p, each))]), one)
    return found[0] if found else None


def _opens_another_account(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(TOKEN):
        own = plan.as_known(each, "accountId")
        for found in _resources(each):
            if isinstance(own, str) and own != found.group(1):
                yield each, each


def _part(token: str, **inputs: Any) -> Sketched:
    return token, {"accountId": ACCOUNT, "bucketName": Ref("bucket", "name"), **inputs}


def _token(name: str) -> Sketched:
    resources = json.dumps({f"com.cloudflare.edge.r2.bucket.{name}": "*"})
    return TOKEN, {"accountId": ACCOUNT, "name": "reader", "policies": [{"effect": "allow", "resources": resources}]}


def parts_in_plan(token: str) -> tuple[PlanRule, ...]:
    """What each of a bucket's parts asks: cross-origin rules, lifecycle, locks, its r2.dev address."""
    kind = token.rsplit(":", 1)[-1]
    by_text = {"bucketName": "ignition-dev"}
    return (
        Together(
            id=f"object_storage.{kind}-of-another-jurisdiction",
            of=token,
            path="jurisdiction",
            test=_fits_its_bucket(token, _has_its_jurisdiction),
            says="what belongs to a bucket has the bucket's jurisdiction, `default` where the bucket has none (10006, no such bucket)",
            remedy="Give '{this}' the jurisdiction of '{other}'",
            source=_LOCATION,
            passes=Sketch(bucket=bucket(jurisdiction="eu"), part=_part(token, jurisdiction="eu")),
            fails=Sketch(bucket=bucket(jurisdiction="eu"), part=_part(token)),
        ),
        Together(
            id=f"object_storage.{kind}-of-another-account",
            of=token,
            path="accountId",
            test=_fits_its_bucket(token, _has_its_account),
            says="what belongs to a bucket is in the bucket's account (10006, no such bucket)",
            remedy="Give '{this}' the accountId of '{other}'",
            source=_CREATE,
            passes=Sketch(bucket=bucket(), part=_part(token)),
            fails=Sketch(bucket=bucket(), part=_part(token, accountId=OTHER_ACCOUNT)),
        ),
        After(
            id=f"object_storage.{kind}-before-its-bucket",
            of=token,
            path="bucketName",
            needs=_named_by_text,
            says="a bucket is there before what belongs to it (10006, no such bucket)",
            remedy="Pass {other}.name as the bucketName of '{this}', or write opts=ResourceOptions(depends_on=[{other}])",
            source=_CREATE,
            passes=Sketch(bucket=bucket(), part=_part(token, **by_text, depends_on=["bucket"])),
            fails=Sketch(bucket=bucket(), part=_part(token, **by_text)),
        ),
        LeadsTo(
            id=f"object_storage.{kind}-of-something-else",
            of=token,
            path="bucketName",
            to=(),
            others={BUCKET: ("name", "id")},
            says="what belongs to a bucket is given the bucket's name",
            remedy="Pass the `name` of an R2Bucket; this comes from '{other}'",
            source=_CREATE,
            passes=Sketch(bucket=bucket(), part=_part(token)),
            fails=Sketch(bucket=bucket(), part=_part(token, bucketName=Ref("bucket", "location"))),
        ),
    )


BUCKETS_IN_PLAN: Final = (
    OneOfAKind(
        id="object_storage.bucket-name-taken",
        of=BUCKET,
        path="name",
        key=_name,
        says="a bucket's name is used once in an account and jurisdiction (10004)",
        remedy="Give '{this}' another name than '{other}' has",
        source=_CREATE,
        passes=Sketch(one=bucket(), two=bucket(jurisdiction="eu"), three=bucket(accountId=OTHER_ACCOUNT)),
        fails=Sketch(one=bucket(), two=bucket()),
    ),
)

TOKENS_IN_PLAN: Final = (
    Together(
        id="object_storage.token-for-no-bucket",
        of=TOKEN,
        path="policies",
        test=_opens_no_bucket,
        says="a token names a bucket by its account, its jurisdiction (`default` where it has none) and its name",
        remedy="Write com.cloudflare.edge.r2.bucket.ACCOUNT_JURISDICTION_NAME with what '{other}' has",
        source=_TOKENS,
        passes=Sketch(bucket=bucket(jurisdiction="eu"), token=_token(f"{ACCOUNT}_eu_ignition-dev")),
        fails=Sketch(bucket=bucket(jurisdiction="eu"), token=_token(f"{ACCOUNT}_default_ignition-dev")),
    ),
    Together(
        id="object_storage.token-of-another-account",
        of=TOKEN,
        path="policies",
        test=_opens_another_account,
        says="a token of an account opens buckets of that account",
        remedy="Write the accountId of '{this}' into its resources",
        source=_TOKENS,
        passes=Sketch(token=_token(f"{ACCOUNT}_default_ignition-dev")),
        fails=Sketch(token=_token(f"{OTHER_ACCOUNT}_default_ignition-dev")),
    ),
)

"""Whether R2 is enabled, and whether the bucket's name is free in the account."""

from collections.abc import Iterator

from ignition.preflight.clouds import Clouds, result
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    """Where R2 was never enabled Cloudflare refuses with error 10042, which looks like any refusal to an SDK."""
    for bucket in plan.of_type("cloudflare:index/r2Bucket:R2Bucket"):
        name = str(bucket.inputs["name"])
        answer = clouds.cloudflare(f"/accounts/{plan.account}/r2/buckets/{name}")
        if answer.status == 200 and result(answer):
            yield failed(
                f"there is a bucket {name}", "import it, or choose another name; its own state goes with --state"
            )
        else:
            yield passed(f"R2 answers, and {name} is free")


CHECK = Check(
    "R2",
    "GET /accounts/ID/r2/buckets/NAME",
    "Account: Workers R2 Storage: Read, and R2 enabled once in the dashboard",
    _run,
)

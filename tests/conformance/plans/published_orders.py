"""Plans for Azure after published failures in which nothing keeps an order that the service needs, or what it often forgives."""

from __future__ import annotations

from local_cloud.server.plan.examples import Ref, Sketch
from tests.conformance.plans.published_azure import (
    CRYPTO_USER,
    encrypted_registry,
    key,
    locked_vault,
    managed,
    own_domain,
    private_registry,
    pulls,
)
from tests.conformance.plans.resources import (
    app,
    environment,
    group,
    identity,
    ingress,
    of_server,
    record,
    role,
    server,
)

TOO_EARLY_AZURE: dict[str, Sketch] = {
    "an app before the endpoint of its private registry": Sketch(**private_registry(), web=pulls("role")),
    "a registry before the role for its key": Sketch(
        group=group(),
        id=identity(),
        vault=locked_vault(),
        key=key(),
        role=role(Ref("vault"), Ref("id", "principal_id"), CRYPTO_USER),
        registry=encrypted_registry(),
    ),
    "an environment's own domain before its proof": Sketch(
        group=group(),
        env=environment(**own_domain()),
        proof=record("asuid.apps.shop.example", "TXT", "A" * 64),
    ),
    "two replicas of one server at once": Sketch(
        group=group(),
        source=server(),
        **{
            name: server(
                f"psql-{name}",
                createMode="Replica",
                sourceServerResourceId=Ref("source"),
                administratorLogin=None,
                administratorLoginPassword=None,
            )
            for name in ("one", "two")
        },
    ),
}


WARNED_AZURE: dict[str, Sketch] = {
    "a managed certificate where the zone lets another authority issue": Sketch(
        group=group(),
        env=environment(),
        caa=record("shop.example", "CAA", None, data={"flags": 0, "tag": "issue", "value": "letsencrypt.org"}),
        www=record("www.shop.example", "CNAME", Ref("web", None), proxied=False),
        web=app(
            **ingress(customDomains=[{"name": "www.shop.example", "bindingType": "Disabled"}]), depends_on=["proof"]
        ),
        proof=record("asuid.www.shop.example", "TXT", "ABC"),
        cert=managed("www.shop.example", "www", "caa"),
    ),
    "a replica beside a parameter of its source": Sketch(
        group=group(),
        source=server(),
        parameter=of_server(
            "Configuration", "source", configurationName="work_mem", value="8192", source="user-override"
        ),
        replica=server(
            "psql-replica",
            createMode="Replica",
            sourceServerResourceId=Ref("source"),
            administratorLogin=None,
            administratorLoginPassword=None,
        ),
    ),
}

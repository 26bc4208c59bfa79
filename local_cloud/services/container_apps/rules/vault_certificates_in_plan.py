"""Rules over the plan on certificates that lie in a vault: who reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    Sketched,
    environment,
    identity,
    secret,
)
from local_cloud.server.plan.examples import DEPENDS_ON, Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Together
from local_cloud.server.values.unknowns import NotKnownYet
from local_cloud.services.container_apps.rules.access_in_plan import grants, guarded, reading, unread
from local_cloud.services.container_apps.rules.secrets import DOCS

_OWN: Final = "identity.userAssignedIdentities[]"


def _from_vault(*after: str) -> Sketched:
    return tokens.APP_CERTIFICATE, {
        "resourceGroupName": "rg-ignition-dev",
        "environmentName": "cae-ignition-dev",
        "certificateName": "api",
        "properties": {
            "certificateKeyVaultProperties": {"identity": Ref("identity"), "keyVaultUrl": Ref("secret", None)}
        },
        DEPENDS_ON: [*after],
    }


def _not_its_environments(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    path = "properties.certificateKeyVaultProperties.identity"
    for each in plan.of(tokens.APP_CERTIFICATE):
        around, found = plan.parent(each, tokens.ENVIRONMENT), plan.target(each, path, tokens.IDENTITY)
        try:
            own = plan.targets(around, _OWN) if around is not None else []
        except NotKnownYet:
            continue
        told = all(isinstance(one, Planned) for one in own)
        if around is not None and isinstance(found, Planned) and told and found not in own:
            yield each, found


def _with_environment(*identities: str) -> Sketch:
    own = {"type": "UserAssigned", "userAssignedIdentities": [Ref(each) for each in identities]}
    return Sketch(
        identity=identity(),
        other=identity("id-other"),
        environment=environment(identity=own),
        secret=secret(),
        certificate=_from_vault(),
    )


CERTIFICATES_ACCESS: Final = (
    After(
        id="container_apps.certificate-before-its-role",
        of=tokens.APP_CERTIFICATE,
        path="properties.certificateKeyVaultProperties",
        needs=grants,
        says="a certificate in a vault is read when it is made, so the identity's role must be assigned before",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=f"{DOCS}/key-vault-certificates-manage",
        passes=reading(_from_vault("grant")),
        fails=reading(_from_vault()),
    ),
    Together(
        id="container_apps.certificate-that-cannot-be-read",
        of=tokens.APP_CERTIFICATE,
        path="properties.certificateKeyVaultProperties",
        test=guarded(unread, tokens.APP_CERTIFICATE),
        says="the identity that reads a certificate has the role Key Vault Secrets User over the vault, or over the secret",
        remedy="Assign the role over '{other}' to the identity, and make '{this}' depend on the assignment",
        source=f"{DOCS}/key-vault-certificates-manage",
        passes=reading(_from_vault("grant")),
        fails=reading(_from_vault(), granted=False),
    ),
    Together(
        id="container_apps.certificate-with-a-foreign-identity",
        of=tokens.APP_CERTIFICATE,
        path="properties.certificateKeyVaultProperties.identity",
        test=_not_its_environments,
        says="a certificate in a vault is read with an identity that is assigned to the environment",
        remedy="Add the id of '{other}' to identity.userAssignedIdentities of the environment of '{this}'",
        source=f"{DOCS}/key-vault-certificates-manage",
        passes=_with_environment("identity"),
        fails=_with_environment("other"),
    ),
)

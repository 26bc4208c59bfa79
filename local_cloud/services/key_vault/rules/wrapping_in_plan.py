"""Rules over the plan on keys that another service encrypts its data with: who may use them, and what they are for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import GROUP, Sketched, identity, role, vault
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import PlanRule, Together
from local_cloud.server.rules import items_at
from local_cloud.services.identity.rules.granted import knows_every_grant, roles_of

KEY_ROLES: Final = frozenset(
    {
        "e147488a-f6f5-4113-8e2d-b22465e65bf6",  # Key Vault Crypto Service Encryption User
        "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",  # Key Vault Crypto Officer
        "12338af0-0e69-4776-bea7-57ae8d297424",  # Key Vault Crypto User
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",  # Key Vault Administrator
    }
)
_ENCRYPTION_USER: Final = "/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6"
_NEEDED: Final = frozenset({"get", "wrapkey", "unwrapkey"})
_OPERATIONS: Final = frozenset({"wrapkey", "unwrapkey"})
_POLICIES: Final = "properties.accessPolicies"
_BY_ROLES: Final = "properties.enableRbacAuthorization"

Found = Iterator[tuple[Planned, Planned]]


def key_vault_of(plan: Plan, one: Planned, at: str) -> Planned | None:
    """The vault that a key's address names, where it is in the plan."""
    found = plan.origin_at(one, at, tokens.KEY, tokens.VAULT)
    return plan.parent(found, tokens.VAULT) if found is not None and found.token == tokens.KEY else found


def _may(plan: Plan, holder: Planned, reader: Planned) -> bool:
    """Whether an access policy may let an identity use keys: by all that it needs, or by what cannot be told."""
    for number, policy in enumerate(items_at(plan.read(holder), f"{_POLICIES}[]")):
        origin = holder.origins.get(f"{_POLICIES}[{number}].objectId")
        if origin is None or policy.get("applicationId") is not None:
            return True
        permissions = {str(each).casefold() for each in items_at(policy, "permissions.keys[]")}
        if reader.urn in origin.resources and (permissions >= _NEEDED or "all" in permissions):
            return True
    return False


@dataclass(frozen=True, kw_only=True)
class Wrapping:
    """
    What a service asks of the key that it encrypts with.

    Attributes:
        service: how the rules' ids begin: `postgres`.
        noun: what is encrypted: `server`.
        made: sketches one.
        key: the property with the key's address.
        reader: the property with the identity that reads it.
        inputs: what makes the sketched one encrypted; it refers to `key` and `reader`.
        source: the page that says so.
    """

    service: str
    noun: str
    made: Callable[..., Sketched]
    key: str
    reader: str
    inputs: Mapping[str, Any]
    source: str

    def rules(self) -> tuple[PlanRule, ...]:
        """The rules."""
        noun = self.noun
        return (
            After(
                id=f"{self.service}.{noun}-before-the-role-for-its-key",
                of=self._token,
                path=self.key,
                needs=self._grants,
                says=f"a {noun} wraps its key when it is made, so the role of the identity that reads the key is assigned before",
                remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
                source=self.source,
                unseen="a role needs a few minutes until every part of Azure knows of it",
                passes=self._sketch("grant"),
                fails=self._sketch(),
            ),
            self._rule(
                "may-not-use-its-key",
                self._without_role,
                says=f"the identity that reads a {noun}'s key has the role Key Vault Crypto Service Encryption User over the vault "
                "or the key",
                remedy="Assign the role over '{other}' to the identity, and make '{this}' depend on the assignment",
                passes=self._sketch("grant"),
                fails=self._sketch(granted=False),
            ),
            self._rule(
                "in-no-policy-of-its-vault",
                self._without_policy,
                says=f"in a vault of access policies, one of them lets the identity that reads a {noun}'s key get, wrapKey and unwrapKey",
                remedy="Add an access policy for the identity to '{other}'",
                passes=self._with_policy("Get", "wrapKey", "unwrapKey"),
                fails=self._with_policy("get"),
            ),
            self._rule(
                "key-that-may-not-wrap",
                self._for_something_else,
                says=f"the key of a {noun} may wrapKey and unwrapKey",
                remedy="Add wrapKey and unwrapKey to keyOps of '{other}', or leave keyOps out",
                passes=self._sketch("grant", operations=["wrapKey", "unwrapKey"]),
                fails=self._sketch("grant", operations=["sign", "verify"]),
            ),
        )

    def _rule(self, name: str, test: Callable[[Plan, Planned], Found], **told: Any) -> Together:
        def found(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
            for each in plan.of(self._token):
                yield from plan.as_far_as_known(test, each)

        rule = f"{self.service}.{self.noun}-{name}"
        return Together(id=rule, of=self._token, path=self.key, test=found, source=self.source, **told)

    @property
    def _token(self) -> str:
        return self.made()[0]

    def _reads(self, plan: Plan, one: Planned) -> tuple[Planned, Planned] | None:
        """The identity and the vault."""
        found, holder = plan.origin_at(one, self.reader, tokens.IDENTITY), key_vault_of(plan, one, self.key)
        return (found, holder) if found is not None and holder is not None else None

    def _grants(self, plan: Plan, one: Planned) -> list[Planned]:
        found = self._reads(plan, one)
        return [] if found is None else roles_of(plan, *found, KEY_ROLES)

    def _without_role(self, plan: Plan, one: Planned) -> Found:
        found = self._reads(plan, one)
        if found is None or not knows_every_grant(plan) or roles_of(plan, *found, KEY_ROLES):
            return
        if plan.known(found[1], _BY_ROLES) is True:
            yield one, found[1]

    def _without_policy(self, plan: Plan, one: Planned) -> Found:
        found = self._reads(plan, one)
        if found is None or not knows_every_grant(plan):
            return
        reader, holder = found
        by_policies = (
            plan.known(holder, _BY_ROLES) is False and plan.known(holder, "properties.createMode") != "recover"
        )
        if by_policies and not _may(plan, holder, reader):
            yield one, holder

    def _for_something_else(self, plan: Plan, one: Planned) -> Found:
        found = plan.origin_at(one, self.key, tokens.KEY)
        allowed = {str(each) for each in plan.keys(found, "properties.keyOps[]")} if found is not None else set[str]()
        if found is not None and allowed and not allowed >= _OPERATIONS:
            yield one, found

    def _sketch(
        self, *after: str, granted: bool = True, operations: list[str] | None = None, **properties: Any
    ) -> Sketch:
        given = {"kty": "RSA", **({"keyOps": operations} if operations else {})}
        key = {"resourceGroupName": GROUP, "vaultName": "kv-ignition-dev", "keyName": "data", "properties": given}
        grant = role(scope=Ref("vault"), principalId=Ref("reader", "principal_id"), roleDefinitionId=_ENCRYPTION_USER)
        return Sketch(
            reader=identity(),
            vault=vault("kv-ignition-dev", enablePurgeProtection=True, **properties),
            key=(tokens.KEY, key),
            **({"grant": grant} if granted else {}),
            one=self.made(**self.inputs, depends_on=[*after]),
        )

    def _with_policy(self, *permissions: str) -> Sketch:
        entry = {"objectId": Ref("reader", "principal_id"), "tenantId": "t", "permissions": {"keys": [*permissions]}}
        return self._sketch(granted=False, enableRbacAuthorization=False, accessPolicies=[entry])

"""The current value of an app's variable, which `ignition psql` signs in with."""

from __future__ import annotations

from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.runtime.errors import BackendError


def app_variable(cloud: LocalCloud, app: str, variable: str) -> str:
    """
    The value of a variable, from the vault with the app's own identity where it is a reference.

    Args:
        cloud: the running cloud.
        app: by the name that people use, `api`.
        variable: `DATABASE_URL`.

    Raises:
        BackendError: there is no such app or variable, or the vault refuses it.
    """
    name = cloud.apps.get(app)
    if name is None:
        raise BackendError(f"there is no app '{app}'; apps here: {', '.join(cloud.apps) or 'none'}")
    spec = cloud.parts.platform.spec(name)
    declared = {each.name: each for container in spec.template.containers[:1] for each in container.env}
    found = declared.get(variable)
    if found is None:
        raise BackendError(f"app '{app}' has no variable {variable}")
    if found.secret_ref is None:
        return found.value or ""
    secret = next(each for each in spec.secrets if each.name == found.secret_ref)
    if secret.key_vault_url is None:
        return secret.value or ""
    principal = cloud.parts.identity.principals.get(secret.identity or "").principal_id
    return cloud.parts.key_vault.get_as(principal, secret.key_vault_url).value

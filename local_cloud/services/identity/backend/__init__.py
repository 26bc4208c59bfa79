"""Who somebody is: principals, tokens, and the endpoints that hand them out."""

from local_cloud.services.identity.backend.principals import Principal, Principals, PrincipalUnknown
from local_cloud.services.identity.backend.server import Identity
from local_cloud.services.identity.backend.tokens import Claims, TokenRefused, Tokens

__all__ = ["Claims", "Identity", "Principal", "PrincipalUnknown", "Principals", "TokenRefused", "Tokens"]

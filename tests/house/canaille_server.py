"""Canaille, an OpenID Connect provider, with one person and one client.

It says nothing of whether an address is verified, unless it is told to vouch.
"""

import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from canaille.oidc import provider
from joserfc.jwk import RSAKey

port, callback, vouches = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "vouching"

if vouches:
    claims_of = provider.generate_user_claims
    provider.generate_user_claims = lambda *about: claims_of(*about) | {"email_verified": True}

key = RSAKey.generate_key(2048, parameters={"kid": "only"})
app = create_app(
    {
        "SECRET_KEY": "nobody else comes here, so anything will do",
        "SERVER_NAME": f"localhost:{port}",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory"},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
    }
)
with app.app_context(), Backend.instance.session():
    Backend.instance.save(
        models.User(
            user_name="ada",
            given_name="Ada",
            family_name="Lovelace",
            formatted_name="Ada Lovelace",
            emails=["ada@acme.test"],
            password="correct horse battery",
        )
    )
    client = models.Client(
        client_id="gatehouse",
        client_secret="client-secret-CANARY",
        client_name="Gatehouse",
        client_uri="http://localhost",
        redirect_uris=[callback],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "email", "profile"],
        token_endpoint_auth_method="client_secret_basic",
    )
    Backend.instance.save(client)
    # As its own pages do it.
    client.audience = [client]
    Backend.instance.save(client)
app.run(port=port, threaded=True)

"""A private certificate authority, and a server with a certificate of it that is an identity provider and an LLM provider.

Usage: tls_server.py FOLDER PORT

FOLDER gets `ca.pem`, and `server.pem` with `server.key` for `localhost`. Prints `ready`.
"""

import base64
import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.asymmetric import rsa


def public_key():
    numbers = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
    modulus = base64.urlsafe_b64encode(numbers.n.to_bytes(256, "big")).rstrip(b"=").decode()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": modulus, "e": "AQAB"}


KEYS = {"keys": [public_key()]}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        issuer = f"https://localhost:{self.server.server_port}"
        documents = {
            "/.well-known/openid-configuration": {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            "/jwks": KEYS,
            "/v1/models": {"object": "list", "data": [{"id": "gpt", "object": "model"}]},
        }
        self.answer(200, documents[self.path.split("?")[0]])

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.answer(400, {"error": "invalid_grant"})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "server.pem")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    # PostgreSQL takes no key that others can read.
    (folder / "server.key").chmod(0o600)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print("ready", flush=True)
    server.serve_forever()


main()

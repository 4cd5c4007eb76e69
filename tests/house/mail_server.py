"""A mail server that is not ours (PyPI aiosmtpd): keeps the raw bytes of what it takes.

Usage: mail_server.py FOLDER PLAIN STARTTLS SMTPS LOGIN

FOLDER gets `ca.pem`, which vouches for `localhost`, and for each mail `<n>.eml` and `<n>.recipients`. PLAIN,
STARTTLS, SMTPS and LOGIN are ports; the last three let `ada` with the password `CANARY-pw` in, LOGIN by AUTH LOGIN
alone. A mail to `slow@…` is answered after 17 seconds, one to `limit@…` refused. Prints `ready`.
"""

import asyncio
import ssl
import sys
import threading
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Keeper:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("limit@"):
            return "550 5.4.5 Daily sending quota exceeded"
        envelope.rcpt_tos.append(address)
        return "250"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("slow@"):
            await asyncio.sleep(17)
        self.count += 1
        name = self.folder / str(self.count)
        name.with_suffix(".recipients").write_text("\n".join(envelope.rcpt_tos))
        name.with_suffix(".eml.part").write_bytes(envelope.original_content)
        name.with_suffix(".eml.part").rename(name.with_suffix(".eml"))
        return "250 kept"


def let_in(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"ada", b"CANARY-pw")
    return AuthResult(success=good, handled=False)


def main():
    folder = Path(sys.argv[1])
    plain, starttls, smtps, login_only = map(int, sys.argv[2:])
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("localhost").configure_cert(context)
    keeper = Keeper(folder)
    login = {"authenticator": let_in, "auth_required": True}
    servers = [
        Controller(keeper, hostname="127.0.0.1", port=plain),
        Controller(
            keeper, hostname="127.0.0.1", port=starttls, tls_context=context, require_starttls=True, **login
        ),
        # TLS from the first byte: AUTH needs no STARTTLS, which this server does not know of.
        Controller(keeper, hostname="127.0.0.1", port=smtps, ssl_context=context, auth_require_tls=False, **login),
        Controller(
            keeper,
            hostname="127.0.0.1",
            port=login_only,
            tls_context=context,
            require_starttls=True,
            auth_exclude_mechanism=["PLAIN"],
            **login,
        ),
    ]
    for server in servers:
        server.start()
    print("ready", flush=True)
    threading.Event().wait()


main()

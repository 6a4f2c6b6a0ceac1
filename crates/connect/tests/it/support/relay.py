"""A mail relay with STARTTLS, TLS and AUTH that delivers into a Maildir; it ends when its standard input does.

Usage: relay.py FOLDER MODE (starttls, tls or none). Writes root.pem and Maildir into FOLDER and prints its port.
"""

import ssl
import sys
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import AuthResult, LoginPassword

REFUSALS = {
    "nobody": "550 5.1.1 no such user",
    "policy": "550 5.7.1 relaying denied",
    "full": "552 5.2.2 mailbox full",
    "later": "451 4.3.0 try again later",
}


class Handler(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = REFUSALS.get(address.split("@")[0])
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if b"Subject: spam" in envelope.content:
            return "554 5.7.1 this looks like spam"
        return await super().handle_DATA(server, session, envelope)


class Relay(Controller):
    def _trigger_server(self):
        # The system has chosen the port.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"mainstay", b"pass word")
    return AuthResult(success=good, handled=False)


def main():
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "root.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    settings = {"hostname": "127.0.0.1", "port": 0, "ready_timeout": 30}
    if mode == "starttls":
        settings |= {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": authenticate}
    elif mode == "tls":
        settings |= {"ssl_context": context}
    relay = Relay(Handler(folder / "Maildir"), **settings)
    relay.start()
    print(relay.port, flush=True)
    sys.stdin.read()
    relay.stop()


main()

"""Reads a Maildir with Python's own mailbox and e-mail packages and prints what is in it as JSON. Usage: read_maildir.py MAILDIR"""

import email.policy
import json
import mailbox
import sys

HEADERS = ["From", "To", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "X-RcptTo", "X-Peer"]


def read(message):
    parts = [part for part in message.walk() if not part.is_multipart()]
    return {
        "headers": {name: str(message[name]) for name in HEADERS if message[name] is not None},
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
        "parts": [{"type": part.get_content_type(), "method": part.get_param("method"), "content": content(part)} for part in parts],
    }


def content(part):
    return part.get_payload(decode=True).decode(part.get_content_charset("utf-8"))


def main():
    folder = mailbox.Maildir(sys.argv[1], create=False)
    mails = [email.message_from_bytes(folder.get_bytes(key), policy=email.policy.default) for key in folder.keys()]
    print(json.dumps(sorted((read(mail) for mail in mails), key=lambda mail: mail["headers"]["Subject"])))


main()

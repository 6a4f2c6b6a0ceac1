"""Verifies a webhook with the public package. Usage: verify_webhook.py SECRET BODY ID TIMESTAMP SIGNATURE; prints ours or not ours."""

import sys

import standardwebhooks.webhooks
from standardwebhooks import Webhook, WebhookVerificationError

secret, body, identity, timestamp, signature = sys.argv[1:]
headers = {"webhook-id": identity, "webhook-timestamp": timestamp, "webhook-signature": signature}


class Frozen(standardwebhooks.webhooks.datetime):
    """The test's clock: webhooks are five minutes good."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(int(timestamp), tz=tz)


standardwebhooks.webhooks.datetime = Frozen
try:
    Webhook(secret).verify(body, headers)
    print("ours")
except WebhookVerificationError as error:
    print("not ours:", error)

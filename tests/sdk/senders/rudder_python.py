"""RudderStack's Python SDK."""

import os

from rudderstack import analytics

analytics.write_key = os.environ["WRITE_KEY"]
analytics.dataPlaneUrl = os.environ["HOST"]
analytics.on_error = lambda error, items: print("error:", error)

USER = "rudder-python"
analytics.identify(USER, {"email": "grace@example.com", "name": "Grace Hopper", "title": "Admiral"})
analytics.group(USER, "account-rudder-python", {"name": "Rudder Python", "industry": "shipping"})
for number in range(120):
    analytics.track(USER, "Feature Used", {"feature": f"feature {number % 5}", "number": number})
analytics.page(USER, "Docs", "Pricing", {"path": "/pricing"})
analytics.screen(USER, "App", "Home")
analytics.alias("rudder-python-before", USER)
analytics.flush()
analytics.shutdown()

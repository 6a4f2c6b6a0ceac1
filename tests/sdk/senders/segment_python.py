"""Segment's Python SDK."""

import os
from datetime import datetime, timezone

from segment import analytics

analytics.write_key = os.environ["WRITE_KEY"]
analytics.host = os.environ["HOST"]
analytics.gzip = True
analytics.on_error = lambda error, items: print("error:", error)

USER = "segment-python"
analytics.identify(USER, {"email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace", "department": "Research"})
analytics.group(USER, "account-segment-python", {"name": "Segment Python", "employees": 12, "plan": "pro"})
for number in range(250):
    analytics.track(USER, "Feature Used", {"feature": f"feature {number % 5}", "number": number})
analytics.track(USER, "Report Sent", timestamp=datetime(2026, 1, 31, 23, 30, tzinfo=timezone.utc))
analytics.page(USER, "Docs", "Pricing", {"path": "/pricing"})
analytics.screen(USER, "App", "Home")
analytics.alias("segment-python-before", USER)
analytics.flush()
analytics.shutdown()

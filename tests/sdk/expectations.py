"""What must have arrived from each SDK, counted from what its sender does; and what the product must know because of it."""


def of_account(source, account, events):
    """Events without an account of their own count for the account that the group call tied their user to."""
    return {f"select count(*) as events from events where source = '{source}' and account_id = '{account}'": [{"events": events}]}


EXPECTED = {
    "segment_python": {
        "events": {
            ("identify", "identify"): 1,
            ("group", "group"): 1,
            ("track", "Feature Used"): 250,
            ("track", "Report Sent"): 1,
            ("page", "Pricing"): 1,
            ("screen", "Home"): 1,
            ("alias", "alias"): 1,
        },
        "questions": {
            "select id, name, email, department, account_id from users where source = 'segment_python'": [
                {
                    "id": "segment-python",
                    "name": "Ada Lovelace",
                    "email": "ada@example.com",
                    "department": "Research",
                    "account_id": "account-segment-python",
                }
            ],
            "select name, employees, plan from accounts where id = 'account-segment-python'": [
                {"name": "Segment Python", "employees": 12, "plan": "pro"}
            ],
            "select count(*) as events from events where name = 'Report Sent' and occurred_at = timestamp '2026-01-31T23:30:00Z'": [
                {"events": 1}
            ],
            **of_account("segment_python", "account-segment-python", 256),
        },
    },
    "rudder_python": {
        "events": {
            ("identify", "identify"): 1,
            ("group", "group"): 1,
            ("track", "Feature Used"): 120,
            ("page", "Pricing"): 1,
            ("screen", "Home"): 1,
            ("alias", "alias"): 1,
        },
        "questions": {
            "select id, name, email, title, account_id from users where source = 'rudder_python'": [
                {
                    "id": "rudder-python",
                    "name": "Grace Hopper",
                    "email": "grace@example.com",
                    "title": "Admiral",
                    "account_id": "account-rudder-python",
                }
            ],
            **of_account("rudder_python", "account-rudder-python", 125),
        },
    },
    "segment_node": {
        "events": {
            ("identify", "identify"): 1,
            ("group", "group"): 1,
            ("track", "Feature Used"): 120,
            ("track", "Signed In"): 1,
            ("page", "Pricing"): 1,
            ("screen", "Home"): 1,
            ("alias", "alias"): 1,
        },
        "questions": {
            "select id, name, email, account_id from users where source = 'segment_node'": [
                {"id": "segment-node", "name": "Linus", "email": "linus@example.com", "account_id": "account-segment-node"}
            ],
            "select name, employees from accounts where id = 'account-segment-node'": [{"name": "Segment Node", "employees": 40}],
            **of_account("segment_node", "account-segment-node", 126),
        },
    },
    "rudder_node": {
        "events": {
            ("identify", "identify"): 1,
            ("group", "group"): 1,
            ("track", "Feature Used"): 120,
            ("page", "Pricing"): 1,
            ("screen", "Home"): 1,
            ("alias", "alias"): 1,
        },
        "questions": {
            "select id, name, email, account_id from users where source = 'rudder_node'": [
                {"id": "rudder-node", "name": "Brian", "email": "brian@example.com", "account_id": "account-rudder-node"}
            ],
            "select distinct reason from quarantine where source = 'rudder_node'": [{"reason": "too_large"}],
            **of_account("rudder_node", "account-rudder-node", 125),
        },
    },
    "browser": {
        "events": {
            ("page", "Pricing"): 2,
            ("identify", "identify"): 2,
            ("group", "group"): 2,
            ("track", "Feature Used"): 40,
            ("track", "Signed In"): 2,
            ("screen", "Home"): 2,
            ("alias", "alias"): 2,
        },
        "questions": {
            "select id, name, account_id from users where source = 'browser' order by id": [
                {"id": "browser", "name": "Tim Berners", "account_id": "account-browser"},
                {"id": "browser-batching", "name": "Tim Berners", "account_id": "account-browser-batching"},
            ],
            **of_account("browser", "account-browser", 26),
            **of_account("browser", "account-browser-batching", 26),
        },
    },
}

"""What Schemathesis has to know of Gatehouse beside its document."""

import itertools
import json
import os

import schemathesis

# Ids of what the run itself lives on: the person who asks, their organization, and the token that they ask with.
LIFELINES = os.environ["LIFELINES"].split()
NO_ONE = "0192f0c1-0000-7000-8000-000000000000"
# Ids of what is there, by the name of the placeholder: made up, none would ever be met.
THERE = json.loads(os.environ["THERE"])

# Fields that can be refused although they fit their schema, and why no schema can say it.
UNSAID = {
    "name": "is text that can be seen, no web address and no secret",
    "slug": "is no secret and none that is taken",
    "email": "has a domain that IDNA takes",
    "teamId": "has to be there",
    "projectId": "has to be there",
    "managerId": "has to be there",
    "provider": "has to be set up",
    "method": "has to be set up",
    "role": "is not above one's own",
    "scopes": "depend on whose token it is",
    "expiresInDays": "depend on the organization's settings",
    "require2faFrom": "is a moment between now and a year from now, and left out where nothing is required",
    "tokenMaxDays": "are written without a point: 30, not 30.0",
    "status": "can't be changed together with the role",
    "allowedEmailDomains": "are domains that IDNA takes, and no public suffixes",
    "allowedEmails": "are addresses",
    "previewDigest": "is of a preview",
    "confirmedEmail": "is one's own",
    "key": "must not look like another provider's, nor be gone to a new address",
    "baseUrl": "depends on the provider",
    "emails": "are addresses",
    "who": "is no secret",
    "what": "is an action that there is",
    "target": "is no secret",
    "reason": "is no secret",
    "from": "is a day that there is",
    "to": "is not before the first day",
    "cursor": "is sealed by the server",
}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of what is named is there."""
    for name, value in (path_parameters or {}).items():
        number = sum(str(value).encode())
        if name in THERE and number % 2:
            path_parameters[name] = THERE[name][number // 2 % len(THERE[name])]
    return path_parameters


NUMBERS = itertools.count()


@schemathesis.hook
def map_headers(context, headers):
    """Half of the requests are new ones."""
    key = (headers or {}).get("Idempotency-Key")
    if key and len(key) % 2:
        headers["Idempotency-Key"] = f"request-{next(NUMBERS)}"
    return headers


@schemathesis.hook
def before_call(context, case, kwargs):
    """No one saws off the branch that they sit on: afterwards everything would be refused, and nothing be tested."""
    for name, value in (case.path_parameters or {}).items():
        if value in LIFELINES and case.method != "GET" and case.path.endswith(f"{{{name}}}"):
            case.path_parameters[name] = NO_ONE


@schemathesis.check
def refuses_only_for_what_no_schema_says(ctx, response, case):
    """Data that fits its schema is taken, but for the reasons above."""
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    if is_valid and response.status_code == 422 and response.json()["code"] == "invalid":
        fields = {field.split("[")[0].split(".")[0] for field in response.json()["errors"]}
        assert fields <= UNSAID.keys(), f"{fields - UNSAID.keys()} can be said by a schema: {response.text}"

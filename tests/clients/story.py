"""A program on the client that openapi-python-client makes of the API's document."""

import os
from typing import TypeVar

import httpx
from gatehouse_client import AuthenticatedClient
from gatehouse_client.api.audit_log import list_events_of_organization
from gatehouse_client.api.invites import invite_person_of_organization
from gatehouse_client.api.keys_for_programs import fetch_llm_key
from gatehouse_client.api.llm_keys import set_llm_key_of_organization
from gatehouse_client.api.organizations import create_organization, list_your_organizations
from gatehouse_client.api.projects import create_project_of_organization, create_project_token_of_organization
from gatehouse_client.models import (
    InviteStatus,
    KeySource,
    LlmKeyChange,
    NewInvite,
    NewOrganization,
    NewProject,
    Problem,
    Role,
    TokenRequest,
    TokenScope,
)

BASE_URL, SESSION = os.environ["BASE_URL"], os.environ["SESSION"]
KEY = "sk-proj-CANARY-python-1"

T = TypeVar("T")


def good(answer: T | Problem | None) -> T:
    assert answer is not None and not isinstance(answer, Problem), answer
    return answer


# By a session instead of a token: httpx keeps its cookie, and takes the new one that comes with new rights.
cookies = httpx.Cookies()
cookies.set("session", SESSION, domain="localhost.local")
ada = AuthenticatedClient(base_url=BASE_URL, token="")
ada.set_httpx_client(httpx.Client(base_url=BASE_URL, cookies=cookies, headers={"Origin": BASE_URL}))

organization = good(create_organization.sync(client=ada, body=NewOrganization(name="Python Ltd"))).id

project = good(create_project_of_organization.sync(organization, client=ada, body=NewProject(name="Chat")))

request = TokenRequest(name="CI", scopes=[TokenScope.KEYSRESOLVE], expires_in_days=30)
token = good(create_project_token_of_organization.sync(organization, project.id, client=ada, body=request)).token
assert isinstance(token, str), "shown once, and this is the once"

new = NewInvite(email="ben@python.test", role=Role.ADMIN)
invite = good(invite_person_of_organization.sync(organization, client=ada, body=new))
assert invite.status == InviteStatus.PENDING

good(set_llm_key_of_organization.sync(organization, "openai", client=ada, body=LlmKeyChange(key=KEY)))

program = AuthenticatedClient(base_url=BASE_URL, token=token)
resolved = good(fetch_llm_key.sync("openai", client=program))
assert (resolved.key, resolved.source) == (KEY, KeySource.ORGANIZATION)

events = {event.action for event in good(list_events_of_organization.sync(organization, client=ada)).items}
assert {"organization.created", "project.created", "token.created"} <= events, events

mine = good(list_your_organizations.sync(client=ada)).items
assert any(one.id == organization and one.role == Role.OWNER for one in mine)

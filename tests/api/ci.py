"""A job of GitHub Actions or GitLab CI/CD that asks for a token, and the rules it may fit."""

import json

from django.test import Client

from opsportal import clock, publishers
from opsportal.models import Publisher
from tests import factories

AUDIENCE = "https://portal.example.com"
GITHUB = {
    "aud": AUDIENCE,
    "sub": "repo:octo-org/shop:ref:refs/heads/main",
    "repository": "octo-org/shop",
    "repository_owner_id": "9919",
    "workflow_ref": "octo-org/shop/.github/workflows/deploy.yml@refs/heads/main",
    "ref": "refs/heads/main",
    "event_name": "push",
    "actor": "octocat",
}


def gitlab(host):
    return {
        "aud": AUDIENCE,
        "sub": "project_path:octo/team/shop:ref_type:branch:ref:main",
        "project_path": "octo/team/shop",
        "namespace_id": "72",
        "ci_config_ref_uri": f"{host}/octo/team/shop//.gitlab-ci.yml@refs/heads/main",
        "ref_path": "refs/heads/main",
        "pipeline_source": "push",
        "user_login": "lab",
    }


def administrator(**fields):
    return factories.user("view_environment", "operate_environment", "change_environment", **fields)


def publisher(issuer, environments=None, by=None, **fields):
    """A rule of ours for the job that pushes to main; saved as the admin saves it."""
    known = {"kind": "github", "issuer": issuer, "repository": "octo-org/shop", "owner_id": "9919"}
    known |= {"workflow": "deploy.yml", "ref": "refs/heads/main", "runbooks": ["test.graph"], "name": "shop"}
    made = Publisher(**{**known, "created_at": clock.now()} | fields)
    publishers.save(made, [factories.environment()] if environments is None else environments, by or administrator())
    return made


class Job:
    """Asks for tokens with the claims of a push to main, changed as a test wants; `how`: see sandbox/README.md."""

    def __init__(self, sandbox):
        self.sandbox, self.issuer = sandbox, sandbox.url

    def token(self, path="", claims=GITHUB, how=None, **changes):
        return self.sandbox.ci_token({**claims, **changes}, path, **(how or {}))

    def exchange(self, token=None, **changes):
        sent = json.dumps({"token": self.token(**changes) if token is None else token})
        return Client().post("/api/v1/token", sent, content_type="application/json")

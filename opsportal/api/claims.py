"""What a CI says of a job, held against a rule: pure, for the exchange and for whoever tries a rule out.

GitHub Docs: OpenID Connect reference. GitLab Docs: OpenID Connect (OIDC) Authentication Using ID Tokens.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..models import Publisher

Claims = Mapping[str, Any]
GITHUB, GITLAB = Publisher.Kind.GITHUB, Publisher.Kind.GITLAB

# Only what takes somebody with the right to write to the repository starts a run whose token is exchanged. A pull
# request never does: no claim tells one from a fork (`head_ref` and `base_ref` are names of branches), and
# `pull_request_target`, `workflow_run` and `issue_comment` run with what an outsider has sent.
STARTS = {
    GITHUB: ("push", "release", "schedule", "workflow_dispatch", "repository_dispatch", "deployment"),
    GITLAB: ("push", "web", "schedule", "api", "trigger", "pipeline"),
}
NAMES = {  # how each CI calls the same thing
    GITHUB: {"repository": "repository", "owner": "repository_owner_id", "start": "event_name", "ref": "ref"},
    GITLAB: {"repository": "project_path", "owner": "namespace_id", "start": "pipeline_source", "ref": "ref_path"},
}
FILES = {GITHUB: "workflow_ref", GITLAB: "ci_config_ref_uri"}
SHOWN = (  # the claims that name who calls; the audit keeps these and no others
    *("iss", "sub", "aud", "jti", "repository", "repository_owner_id", "workflow_ref", "ref", "environment"),
    *("event_name", "actor", "actor_id", "run_id"),
    *("project_path", "namespace_id", "ci_config_ref_uri", "ref_path", "pipeline_source", "user_login", "user_id"),
    *("pipeline_id", "job_id"),
)


class Judgement(NamedTuple):
    """One claim: what the rule wants of it, what it is, and whether that fits."""

    claim: str
    wanted: str
    got: str
    fits: bool


def judged(publisher: Publisher, claims: Claims) -> list[Judgement]:
    """Each claim that the rule asks for; the job is the rule's when all of them fit."""
    kind = Publisher.Kind(publisher.kind)
    names = NAMES[kind]
    found = [
        exactly("iss", publisher.issuer, claims),
        alike(names["repository"], publisher.repository, claims),
        exactly(names["owner"], publisher.owner_id, claims),
        among(names["start"], STARTS[kind], claims),
        exactly(FILES[kind], file(publisher, claims, names), claims),
    ]
    if publisher.ref:
        found.append(exactly(names["ref"], publisher.ref, claims))
    if publisher.ci_environment:
        found.append((alike if kind == GITHUB else exactly)("environment", publisher.ci_environment, claims))
    if kind == GITLAB and not publisher.ref:
        found.append(exactly("environment_protected", "true", claims))
    return found


def fits(publisher: Publisher, claims: Claims) -> bool:
    return all(each.fits for each in judged(publisher, claims))


def file(publisher: Publisher, claims: Claims, names: Mapping[str, str]) -> str:
    """The workflow file as the CI names it, in the version of the job's own ref: that of a branch is not main's.

    GitHub: octo-org/shop/.github/workflows/deploy.yml@refs/heads/main
    GitLab: gitlab.com/octo-org/shop//.gitlab-ci.yml@refs/heads/main
    """
    at, repository = publisher.ref or said(claims, names["ref"]), said(claims, names["repository"])
    if repository.lower() != publisher.repository.lower():
        repository = publisher.repository  # else as the CI writes it: only in the file and the ref does case count
    if publisher.kind == GITHUB:
        return f"{repository}/.github/workflows/{publisher.workflow}@{at}"
    host = urlsplit(publisher.issuer)
    return f"{host.netloc}{host.path}/{repository}//{publisher.workflow}@{at}"


def exactly(claim: str, wanted: str, claims: Claims) -> Judgement:
    got = said(claims, claim)
    return Judgement(claim, wanted, got, bool(wanted) and got == wanted)


def alike(claim: str, wanted: str, claims: Claims) -> Judgement:
    """Names of repositories, and of GitHub's environments, are the same in either case."""
    got = said(claims, claim)
    return Judgement(claim, wanted, got, bool(wanted) and got.lower() == wanted.lower())


def among(claim: str, wanted: tuple[str, ...], claims: Claims) -> Judgement:
    got = said(claims, claim)
    return Judgement(claim, ", ".join(wanted), got, got in wanted)


def said(claims: Claims, name: str) -> str:
    """The claim as text, empty where it is missing or no plain value; true and false as JSON writes them."""
    value = claims.get(name)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else ""


def shown(claims: Claims) -> dict[str, str]:
    """The claims that name who calls, each cut to 200 characters."""
    return {name: said(claims, name)[:200] for name in SHOWN if said(claims, name)}


def who(claims: Claims) -> str:
    """The person that the CI says began the job, and where: “octocat in octo-org/shop”."""
    person = said(claims, "actor") or said(claims, "user_login") or "?"
    return f"{person} in {said(claims, 'repository') or said(claims, 'project_path') or '?'}"[:150]

"""The issuers of a CI."""

import json
import urllib.error
import urllib.request

import jwt
import pytest

from sandbox.controlling import ControlError


@pytest.fixture(autouse=True)
def _answering(sandbox):
    yield
    sandbox.issuers("answers")


def read(url, timeout=5):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return json.load(answer)


def published(sandbox, issuer=""):
    found = read(f"{sandbox.url}{issuer}/.well-known/openid-configuration")
    return {key["kid"]: jwt.PyJWK(key).key for key in read(found["jwks_uri"])["keys"]}


def test_an_issuer_says_where_its_keys_are(sandbox):
    for issuer in ("", "/gitlab"):
        found = read(f"{sandbox.url}{issuer}/.well-known/openid-configuration")
        assert found["issuer"] == sandbox.url + issuer
    assert published(sandbox).keys().isdisjoint(published(sandbox, "/gitlab"))


def test_a_token_has_the_claims_asked_for(sandbox):
    token = sandbox.ci_token({"aud": "us", "sub": "repo:o/r", "nbf": None}, headers={"x": 1})
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, published(sandbox)[header["kid"]], ["RS256"], audience="us")
    assert (claims["sub"], "nbf" in claims, header["x"]) == ("repo:o/r", False, 1)


@pytest.mark.parametrize("how", [{"algorithm": "none"}, {"algorithm": "HS256"}, {"foreign_key": True}])
def test_a_token_may_be_signed_wrongly(sandbox, how):
    token = sandbox.ci_token({"aud": "us"}, **how)
    header = jwt.get_unverified_header(token)
    assert header["alg"] == how.get("algorithm", "RS256")
    with pytest.raises(jwt.PyJWTError):
        jwt.decode(token, published(sandbox)[header["kid"]], ["RS256"], audience="us")


def test_keys_rotate(sandbox):
    first = published(sandbox, "/r").keys()
    sandbox.rotate("/r", keep=True)
    both = published(sandbox, "/r").keys()
    sandbox.rotate("/r")
    assert (first < both, len(both), published(sandbox, "/r").keys() & both) == (True, 2, set())


def test_issuers_answer_as_they_are_told(sandbox):
    address = f"{sandbox.url}/.well-known/jwks"
    sandbox.issuers("away")
    with pytest.raises(urllib.error.HTTPError, match="503"):
        read(address)
    sandbox.issuers("huge")
    assert len(read(address)["more"]) == 1_000_000
    sandbox.issuers("slow")
    with urllib.request.urlopen(address, timeout=5) as answer:
        assert answer.read(3) == b"   "
    sandbox.issuers("moved")
    with pytest.raises(urllib.error.HTTPError, match="302"):
        read(address)
    assert sandbox.control("GET", "oidc")["asked"] > 0


def test_what_cannot_be_signed_is_told(sandbox):
    with pytest.raises(ControlError, match="RS256"):
        sandbox.ci_token({}, algorithm="HS512")

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.testclient import TestClient

from api.http.access.principal import Role
from api.http.access.tokens import KeySet, Tokens
from api.http.app import create_app
from api.http.problems import UnauthorisedError
from api.settings import load_settings
from features.home import Home
from tests.api.conftest import Clock

ISSUER = "https://portal.example/auth/realms/sunbird"
OLD = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NEW = ec.generate_private_key(ec.SECP256R1())
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def write_keys(path: Path, **keys: Any) -> None:
    found = []
    for kid, key in keys.items():
        algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
        found.append(json.loads(algorithm.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"})
    found.append({"kty": "oct", "kid": "secret", "k": "AAAA"})
    path.write_text(json.dumps({"keys": found}))


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    write_keys(path, old=OLD)
    return path


@pytest.fixture
def tokens(jwks: Path) -> Tokens:
    roles = {"MDO_ADMIN": Role.PLANNER, "ADMIN": Role.ADMIN}
    return Tokens(KeySet(str(jwks)), ISSUER, "karmapath", 30.0, roles, "rootOrgId")


def claims(**changes: Any) -> dict[str, Any]:
    whole = {"sub": "f:realm:L3", "iss": ISSUER, "aud": ["karmapath"], "exp": time.time() + 600} | changes
    return {name: value for name, value in whole.items() if value is not None}


def signed(key: Any = OLD, kid: str = "old", alg: str = "RS256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=alg, headers={"kid": kid})


def test_the_subject_is_what_stands_after_the_last_colon(tokens: Tokens) -> None:
    found = tokens.principal(signed())
    assert (found.learner, found.role, found.organisation) == ("L3", Role.LEARNER, None)


def test_a_role_and_an_organisation_are_read_from_the_claims(tokens: Tokens) -> None:
    access = {"roles": ["PUBLIC", "MDO_ADMIN", 7, "ADMIN"]}
    assert tokens.principal(signed(realm_access=access)).role is Role.ADMIN
    planner = tokens.principal(signed(realm_access={"roles": ["MDO_ADMIN"]}, rootOrgId="d1"))
    assert (planner.role, planner.organisation) == (Role.PLANNER, "d1")


def public_pem() -> bytes:
    return OLD.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def part(document: Any) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")


def hmac_with_the_public_key() -> str:
    body = part({"alg": "HS256", "kid": "old", "typ": "JWT"}) + b"." + part(claims())
    digest = hmac.new(public_pem(), body, hashlib.sha256).digest()
    return (body + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


def unsigned(algorithm: str) -> str:
    return (part({"alg": algorithm, "kid": "old"}) + b"." + part(claims()) + b".").decode()


def tampered() -> str:
    head, body, signature = signed().split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "==")) | {"sub": "f:realm:L4"}
    return f"{head}.{part(changed).decode()}.{signature}"


FORGED = {
    "expired": lambda: signed(exp=time.time() - 60),
    "not yet": lambda: signed(nbf=time.time() + 600),
    "without an end": lambda: signed(exp=None),
    "without a subject": lambda: signed(sub=None),
    "another issuer": lambda: signed(iss="https://elsewhere.example"),
    "without an issuer": lambda: signed(iss=None),
    "another audience": lambda: signed(aud="shop"),
    "without an audience": lambda: signed(aud=None),
    "a stranger's key under a known id": lambda: signed(STRANGER),
    "an unknown key id": lambda: signed(kid="unknown"),
    "an HMAC with the public key": hmac_with_the_public_key,
    "an HMAC key of the set": lambda: signed("AAAA" * 8, kid="secret", alg="HS256"),
    "none": lambda: unsigned("none"),
    "None": lambda: unsigned("None"),
    "tampered": tampered,
    "not a token": lambda: "a.b.c",
    "nothing": lambda: "..",
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("case", FORGED)
def test_a_token_that_does_not_hold_is_refused(tokens: Tokens, case: str) -> None:
    with pytest.raises(UnauthorisedError):
        tokens.principal(FORGED[case]())


def test_clocks_may_differ_by_the_skew(tokens: Tokens) -> None:
    assert tokens.principal(signed(exp=time.time() - 15)).learner == "L3"


def test_a_rotated_key_is_taken_up_at_most_once_a_minute(jwks: Path) -> None:
    moment = [0.0]
    tokens = Tokens(KeySet(str(jwks), lambda: moment[0]), ISSUER, None, 30, {}, "rootOrgId")
    tokens.principal(signed())
    write_keys(jwks, old=OLD, new=NEW)
    rotated = signed(NEW, "new", "ES256")
    moment[0] = 30.0
    with pytest.raises(UnauthorisedError):
        tokens.principal(rotated)
    moment[0] = 61.0
    assert tokens.principal(rotated).learner == "L3"


@pytest.mark.parametrize("is_known", [False, True], ids=["of a new token", "of a token that was proven"])
def test_a_withdrawn_key_no_longer_counts_after_the_set_was_read_again(jwks: Path, is_known: bool) -> None:
    moment = [0.0]
    tokens = Tokens(KeySet(str(jwks), lambda: moment[0]), ISSUER, None, 30, {}, "rootOrgId")
    tokens.principal(known := signed())
    write_keys(jwks, new=NEW)
    moment[0] = 61.0
    tokens.principal(signed(NEW, "new", "ES256"))
    with pytest.raises(UnauthorisedError):
        tokens.principal(known if is_known else signed())


def test_a_key_that_is_changed_under_its_id_no_longer_proves_what_it_proved(jwks: Path) -> None:
    moment = [0.0]
    tokens = Tokens(KeySet(str(jwks), lambda: moment[0]), ISSUER, None, 30, {}, "rootOrgId")
    tokens.principal(known := signed())
    write_keys(jwks, old=STRANGER)
    moment[0] = 899.0
    assert tokens.principal(known).learner == "L3"
    moment[0] = 900.0
    with pytest.raises(UnauthorisedError):
        tokens.principal(known)


def test_a_token_is_proven_once_and_holds_no_longer_than_it_says(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    proofs: list[str] = []
    real = jwt.decode

    def counted(token: str, *given: Any, **more: Any) -> Any:
        proofs.append(token)
        return real(token, *given, **more)

    monkeypatch.setattr(jwt, "decode", counted)
    ends_soon = signed(exp=int(time.time()) - 28)  # clocks may differ by thirty seconds
    assert [tokens.principal(ends_soon).learner for _ in range(3)] == ["L3"] * 3
    assert len(proofs) == 1
    time.sleep(2.1)
    with pytest.raises(UnauthorisedError, match="Expired"):
        tokens.principal(ends_soon)


def test_no_more_than_some_thousand_tokens_are_remembered(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.access.tokens._MOST_PROVEN", 2)
    several = [signed(sub=f"L{number}") for number in range(5)]
    assert [tokens.principal(token).learner for token in several * 2] == [f"L{number}" for number in range(5)] * 2
    assert len(tokens._proven) <= 2


def test_an_end_beyond_every_clock_is_an_end(tokens: Tokens) -> None:
    assert [tokens.principal(token).learner for token in [signed(exp=10**400)] * 2] == ["L3", "L3"]


def test_a_key_set_that_cannot_be_read_refuses_everybody(tmp_path: Path) -> None:
    tokens = Tokens(KeySet(str(tmp_path / "none.json")), ISSUER, None, 30, {}, "rootOrgId")
    with pytest.raises(UnauthorisedError):
        tokens.principal(signed())


@pytest.fixture
def portal(home: Home, clock: Clock, jwks: Path) -> Iterator[TestClient]:
    settings = load_settings(home.folder, issuer=ISSUER, jwks=str(jwks))
    with TestClient(create_app(settings, clock)) as client:
        yield client


def test_only_who_waits_for_the_provider_is_let_in_by_a_thread(
    portal: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[Any] = []
    real = asyncio.to_thread

    async def seen(function: Any, *given: Any) -> Any:
        threads.append(function.__name__)
        return await real(function, *given)

    monkeypatch.setattr("api.http.access.gate.asyncio.to_thread", seen)
    headers = {"authorization": f"Bearer {signed()}"}
    assert [portal.get("/v1/learners/L3/gaps", headers=headers).status_code for _ in range(3)] == [200] * 3
    assert threads == ["enter"]


def test_the_gateways_header_with_the_learners_token_is_enough(portal: TestClient) -> None:
    headers = {"x-authenticated-user-token": signed(), "authorization": "Bearer gateway's own key"}
    body = {"user_id": "L3", "department": "First"}
    assert portal.post("/courseRecommendation/create", json=body, headers=headers).status_code == 200
    other = body | {"user_id": "L4"}
    assert portal.post("/courseRecommendation/create", json=other, headers=headers).status_code == 403
    assert portal.get("/v1/learners/L3/gaps", headers={"authorization": f"Bearer {signed()}"}).status_code == 200
    assert portal.get("/v1/learners/L4/gaps", headers={"authorization": f"Bearer {signed()}"}).status_code == 403
    assert portal.get("/v1/learners/L3/gaps").status_code == 401
    assert portal.get("/v1/learners/L3/gaps", headers={"wid": "L3"}).status_code == 401

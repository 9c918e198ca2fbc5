"""Hundreds of hostile requests: each is refused with the right status, tells nothing, and changes nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.testclient import TestClient

from api.http.access.principal import Role
from api.http.app import create_app
from api.settings import ApiKey, load_settings
from features.home import Home
from features.store import AuditFilter, Store
from tests.api.conftest import Clock
from tests.api.http.hostile import Case, cases

ISSUER = "https://portal.example/auth/realms/sunbird"
OURS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
THEIRS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WHO: dict[str, dict[str, Any]] = {
    "learner": {"role": Role.LEARNER, "learner": "L3"},
    "planner": {"role": Role.PLANNER, "organisation": "d1"},
    "data_scientist": {"role": Role.DATA_SCIENTIST},
    "service": {"role": Role.SERVICE},
    "admin": {"role": Role.ADMIN},
}
INSIDE = ("Traceback", "sqlalchemy", "sqlite3.", "SELECT learner", "/site-packages/", "learner_id", "root:x:0:0")
"""What no answer may tell."""


def public(key: rsa.RSAPrivateKey, **more: str) -> dict[str, Any]:
    return json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "ours", "use": "sig"} | more


@pytest.fixture(scope="module")
def fortress(trained_copy: Home) -> Iterator[TestClient]:
    """A service with keys for every role and an issuer; never too many requests."""
    jwks = trained_copy.folder / "jwks.json"
    secret = {"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(b"0" * 32).decode()}
    jwks.write_text(json.dumps({"keys": [public(OURS), secret]}))
    keys = tuple(ApiKey(name=n, sha256=hashlib.sha256(n.encode()).hexdigest(), **who) for n, who in WHO.items())
    settings = load_settings(
        trained_copy.folder, keys=keys, issuer=ISSUER, jwks=str(jwks), audience="karmapath", rate_limit=1e6
    )
    with TestClient(create_app(settings, Clock()), raise_server_exceptions=False) as client:
        yield client


def rows(home: Home) -> dict[str, Any]:
    store = Store(home.store_url)
    found = {name: store.export(name) for name in ("L3", "L4", "L7")}
    store.close()
    shown = {"shown_lists"}
    return {name: {t: len(list(one)) for t, one in tables.items() if t not in shown} for name, tables in found.items()}


@pytest.fixture(scope="module", autouse=True)
def _nothing_changes(trained_copy: Home) -> Iterator[None]:
    before = rows(trained_copy)
    yield
    assert rows(trained_copy) == before


CASES = {case.name: case for case in cases()}


def test_there_are_hundreds_and_no_two_of_one_name() -> None:
    assert len(CASES) == len(cases())
    assert len(CASES) >= 500


@pytest.mark.parametrize("name", CASES)
def test_every_hostile_request_is_refused_with_the_right_status(fortress: TestClient, name: str) -> None:
    case: Case = CASES[name]
    began = time.perf_counter()
    response = fortress.request(case.method, case.path, headers=case.headers, content=case.body, follow_redirects=False)
    assert response.status_code == case.status, response.text[:300]
    assert time.perf_counter() - began < 5
    harmless(response)


def harmless(response: Any) -> None:
    """The answer is a problem or an escaped page, tells nothing of the inside, and sets nothing."""
    assert not any(word in response.text for word in INSIDE), response.text[:500]
    assert "set-cookie" not in response.headers
    assert "x-a" not in response.headers
    assert response.headers["x-content-type-options"] == "nosniff"
    if response.headers["content-type"].startswith("text/html"):
        assert "<script>alert" not in response.text
        assert "<img src=x" not in response.text
        assert "49" not in response.text.split("</head>")[1].split("learner")[0]
    else:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code


def claims(**changes: Any) -> dict[str, Any]:
    whole = {
        "sub": "f:realm:L3", "iss": ISSUER, "aud": "karmapath", "exp": time.time() + 600,
        "realm_access": {"roles": ["KARMAPATH_ADMIN"]},
    } | changes  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


def signed(key: Any = OURS, alg: str = "RS256", header: dict[str, Any] | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=alg, headers={"kid": "ours"} | (header or {}))


def part(document: Any) -> bytes:
    return base64.urlsafe_b64encode(document if isinstance(document, bytes) else json.dumps(document).encode()).rstrip(
        b"="
    )


def bare(algorithm: str, signature: bytes = b"") -> str:
    return (part({"alg": algorithm, "kid": "ours"}) + b"." + part(claims()) + b"." + signature).decode()


def confused(algorithm: str, form: serialization.Encoding) -> str:
    """Return a token whose HMAC secret is the public key, which everybody knows."""
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    secret = OURS.public_key().public_bytes(form, kind)
    body = part({"alg": algorithm, "kid": "ours"}) + b"." + part(claims())
    size = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    return (body + b"." + part(hmac.new(secret, body, size).digest())).decode()


def tampered(place: int, new: bytes) -> str:
    parts = signed().encode().split(b".")
    parts[place] = new
    return b".".join(parts).decode()


def raw_payload(text: bytes) -> str:
    """Return a token signed by us over a payload that no library would write."""
    body = part({"alg": "RS256", "kid": "ours", "typ": "JWT"}) + b"." + part(text)
    return (body + b"." + part(RSAAlgorithm(RSAAlgorithm.SHA256).sign(body, OURS))).decode()


OWN_KEY = {"jwk": public(THEIRS)}
FORGED: dict[str, Callable[[], str]] = {
    **{f"unsigned, {a}": (lambda a=a: bare(a)) for a in ("none", "None", "NONE", "nOnE", "", "RS256", "null")},
    **{f"the public key as a secret, {a}": (lambda a=a: confused(a, serialization.Encoding.PEM))
       for a in ("HS256", "HS384", "HS512")},
    "the public key as a secret, DER": lambda: confused("HS256", serialization.Encoding.DER),
    "a shared secret of the set": lambda: signed(b"0" * 32, "HS256", {"kid": "shared"}),
    "a stranger's key": lambda: signed(THEIRS),
    "a stranger's key in the header": lambda: signed(THEIRS, header=OWN_KEY),
    "a stranger's address of keys": lambda: signed(THEIRS, header={"jku": "https://evil.example/keys"}),
    "a stranger's certificates": lambda: signed(THEIRS, header={"x5u": "https://evil.example/c", "x5c": ["AAAA"]}),
    "an id that is a path": lambda: signed(THEIRS, header={"kid": "../../../../dev/null"}),
    "an id that is SQL": lambda: signed(THEIRS, header={"kid": "ours' UNION SELECT 'x"}),
    "an id that is a command": lambda: signed(THEIRS, header={"kid": "|id"}),
    "an id that is an address": lambda: signed(THEIRS, header={"kid": "https://evil.example/key"}),
    "an empty id": lambda: signed(THEIRS, header={"kid": ""}),
    "a header that must be understood": lambda: signed(header={"crit": ["exp2"], "exp2": 1}),
    "expired": lambda: signed(exp=time.time() - 60),
    "expired long ago": lambda: signed(exp=0),
    "to come": lambda: signed(nbf=time.time() + 600),
    "issued tomorrow": lambda: signed(iat=time.time() + 86_400),
    "without an end": lambda: signed(exp=None),
    "an end that is a text": lambda: raw_payload(json.dumps(claims() | {"exp": "never"}).encode()),
    "an end without end": lambda: raw_payload(json.dumps(claims()).encode()[:-1] + b', "exp": Infinity}'),
    "an end that is no number": lambda: raw_payload(json.dumps(claims()).encode()[:-1] + b', "exp": NaN}'),
    "an end that is a list": lambda: raw_payload(json.dumps(claims() | {"exp": [1]}).encode()),
    "another issuer": lambda: signed(iss="https://evil.example"),
    "an issuer that begins alike": lambda: signed(iss=ISSUER + ".evil.example"),
    "an issuer with a slash": lambda: signed(iss=ISSUER + "/"),
    "without an issuer": lambda: signed(iss=None),
    "another audience": lambda: signed(aud="shop"),
    "other audiences": lambda: signed(aud=["shop", "account"]),
    "without an audience": lambda: signed(aud=None),
    "without a subject": lambda: signed(sub=None),
    "an empty subject": lambda: signed(sub="f:realm:"),
    "a subject that is a list": lambda: raw_payload(json.dumps(claims() | {"sub": ["L3"]}).encode()),
    "a subject with half a character": lambda: raw_payload(json.dumps(claims(sub="f:realm:\ud800")).encode()),
    "a subject with a NUL": lambda: signed(sub="f:realm:L3\x00"),
    "a subject of two lines": lambda: signed(sub="f:realm:L3\nL4"),
    "a subject without end": lambda: signed(sub="f:realm:" + "L" * 201),
    "another payload": lambda: tampered(1, part(claims(sub="f:realm:L4"))),
    "another header": lambda: tampered(0, part({"alg": "RS512", "kid": "ours"})),
    "another signature": lambda: tampered(2, part(bytes(256))),
    "no signature": lambda: tampered(2, b""),
    "a payload that is a list": lambda: raw_payload(b"[]"),
    "a payload that is no JSON": lambda: raw_payload(b"\xff\xfe"),
    "a payload without end": lambda: raw_payload(b"[" * 3_000),
    "a token without end": lambda: signed(more="x" * 40_000),
    "five parts": lambda: "a.b.c.d.e",
    "dots": lambda: "..",
    "no base64": lambda: "%.%.%",
    "a line more": lambda: signed()[:-4] + "AAAA",
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("header", ["authorization", "x-authenticated-user-token"])
@pytest.mark.parametrize("name", FORGED)
def test_no_forged_token_opens_anything(fortress: TestClient, name: str, header: str) -> None:
    token = FORGED[name]()
    value = f"Bearer {token}" if header == "authorization" else token
    response = fortress.get("/v1/learners/L3", headers={header: value})
    assert response.status_code == 401, response.text[:300]
    harmless(response)


def test_a_token_that_holds_opens_what_its_role_may(fortress: TestClient) -> None:
    def status(path: str, **changes: Any) -> int:
        token = signed(**changes)
        return fortress.get(path, headers={"authorization": f"Bearer {token}"}).status_code

    nobody = {"roles": ["PUBLIC"]}
    assert status("/v1/learners/L4") == 200
    assert status("/v1/learners/L4", realm_access=nobody) == 403
    assert status("/v1/learners/L3", realm_access=nobody) == 200
    assert status("/v1/learners/L7/gaps", realm_access={"roles": ["MDO_ADMIN"]}, rootOrgId="d1") == 403
    assert status("/v1/learners/L7/gaps", realm_access={"roles": ["MDO_ADMIN"]}, rootOrgId="d2") == 200
    assert status("/v1/learners/L7/gaps", realm_access={"roles": ["MDO_ADMIN"]}) == 403
    assert status("/v1/learners/L4/gaps", realm_access={"roles": "KARMAPATH_ADMIN"}) == 403
    assert status("/v1/learners/L4/gaps", realm_access=["KARMAPATH_ADMIN"]) == 403
    for roles in (None, 5, True, {"KARMAPATH_ADMIN": True}, [["KARMAPATH_ADMIN"]], [None]):
        assert status("/v1/learners/L4/gaps", realm_access={"roles": roles}) == 403
    for place in ("d2\x00", "\ud800", ["d2"], {"d2": 1}, "d2" * 200):
        assert status("/v1/learners/L7/gaps", realm_access={"roles": ["MDO_ADMIN"]}, rootOrgId=place) == 403


def test_a_learners_token_wins_over_the_gateways_key_and_over_what_headers_say(fortress: TestClient) -> None:
    learner = signed(realm_access={"roles": []})
    headers = {"x-authenticated-user-token": learner, "x-api-key": "admin", "wid": "L4", "x-authenticated-userid": "L4"}
    assert fortress.get("/v1/learners/L4/gaps", headers=headers).status_code == 403
    assert fortress.get("/api/recommendation/read/none", headers=headers).json()["user_id"] == "L3"


def test_who_was_refused_stands_in_the_log(fortress: TestClient) -> None:
    fortress.get("/v1/learners/L4", headers={"x-api-key": "learner", "x-request-id": "the-one"})
    store = fortress.app.state.service.store  # type: ignore[attr-defined]
    fortress.get("/v1/audit", headers={"x-api-key": "admin"})
    found = store.audit.read(AuditFilter(action="refused", object="learner:L4"), 500)
    assert {entry.status for entry in found} == {403}
    assert Path(store._engine.url.database).exists()

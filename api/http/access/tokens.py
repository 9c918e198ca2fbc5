"""Tokens of an OpenID provider (Keycloak): signature, issuer, audience and time are checked before a word is believed.

Only asymmetric signatures count, whatever a token's header says, so neither ``none`` nor a public key used as an
HMAC secret passes. Keys are found by ``kid``; an unknown one makes the key set be read again, at most once a minute,
so that a rotation needs no restart. What was proven of a token is remembered as long as its key and its time hold: a
page asks several things with one token, and a gateway everything.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

from api.http.access.principal import Principal, Role, is_id
from api.http.problems import UnauthorisedError

log = logging.getLogger("karmapath.access.tokens")

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_REREAD_SECONDS = 60.0
"""How long an unknown key id does not make the set be read again."""
_STALE_SECONDS = 900.0
"""How old the set may be: a key that the provider withdrew counts no longer."""
_RETRY_SECONDS = 5.0
"""How long a provider that did not answer is left alone."""
_FETCH_SECONDS = 5.0
_MOST_BYTES = 1_000_000
_MOST_CHARACTERS = 16_384
_MOST_PROVEN = 10_000
"""Tokens that are remembered, by their hashes alone."""
_ORDER = (Role.ADMIN, Role.SERVICE, Role.DATA_SCIENTIST, Role.PLANNER)
"""Where a token names several roles, the first of these counts."""


class MustWaitError(Exception):
    """The provider has to be asked for its keys first."""


class KeySet:
    """The provider's public keys, from a file or an address."""

    def __init__(self, source: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def key(self, kid: str, *, at_once: bool = False) -> jwt.PyJWK | None:
        """Return the key of that id; the set is read again when the id is not known, or the set is old.

        Raises
        ------
        MustWaitError
            If it is to be read again and the answer is wanted ``at_once``.
        """
        if self._is_due(kid):
            if at_once:
                raise MustWaitError
            with self._lock:
                if self._is_due(kid):
                    self._read()
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        age = self._clock() - self._read_at
        return age >= (_STALE_SECONDS if kid in self._keys else _REREAD_SECONDS)

    def _read(self) -> None:
        """Read the set; where that cannot be, go on with the keys there are, and try again soon."""
        try:
            document = json.loads(_text(self._source))
            found = [jwt.PyJWK(key) for key in document["keys"] if key.get("kty") in ("RSA", "EC", "OKP")]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
            self._read_at = self._clock() - _REREAD_SECONDS + _RETRY_SECONDS
            log.error("no usable key set at the setting jwks (%s)", type(error).__name__)  # noqa: TRY400
            return
        self._keys = {key.key_id: key for key in found if key.key_id}
        self._read_at = self._clock()


@dataclass(frozen=True, slots=True)
class _Proven:
    """What a signature has proven."""

    principal: Principal
    kid: str
    key: jwt.PyJWK
    until: int
    """Seconds since 1970, by the token."""


class Tokens:
    """Turns tokens of one issuer into principals."""

    def __init__(
        self,
        keys: KeySet,
        issuer: str,
        audience: str | None,
        skew: float,
        roles: Mapping[str, Role],
        organisation_claim: str,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._skew = skew
        self._roles = roles
        self._organisation_claim = organisation_claim
        self._proven: dict[bytes, _Proven] = {}

    def principal(self, token: str, *, at_once: bool = False) -> Principal:
        """Return whom the token speaks for; ``UnauthorisedError`` if it does not hold; ``at_once``: ``KeySet.key``."""
        mark = hashlib.sha256(token.encode()).digest()
        proven = self._proven.get(mark)
        if proven is None or not self._holds(proven, at_once=at_once):
            proven = self._prove(token, at_once=at_once)
            self._remember(mark, proven)
        return proven.principal

    def _holds(self, proven: _Proven, *, at_once: bool) -> bool:
        """Whether a signature would prove the same again: by the same key, and in time."""
        return self._keys.key(proven.kid, at_once=at_once) is proven.key and proven.until > time.time() - self._skew

    def _remember(self, mark: bytes, proven: _Proven) -> None:
        if len(self._proven) >= _MOST_PROVEN:
            self._proven = {}
        self._proven[mark] = proven

    def _prove(self, token: str, *, at_once: bool) -> _Proven:
        claims, kid, key = self._claims(token, at_once=at_once)
        subject = str(claims["sub"]).rsplit(":", 1)[-1].strip()  # Keycloak: f:<realm>:<id>
        if not is_id(subject):
            raise self._refused("NoSubject")
        organisation = str(claims.get(self._organisation_claim) or "")
        known = organisation if is_id(organisation) else None
        return _Proven(Principal(subject, self._role(claims), subject, known), kid, key, int(claims["exp"]))

    def _refused(self, reason: str) -> UnauthorisedError:
        return UnauthorisedError(
            f"a token that does not hold ({reason})", f"a valid token of {self._issuer}", "log in again"
        )

    def _claims(self, token: str, *, at_once: bool) -> tuple[Mapping[str, Any], str, jwt.PyJWK]:
        if len(token) > _MOST_CHARACTERS:
            raise self._refused("TooLong")
        try:
            header = jwt.get_unverified_header(token)
            kid = str(header.get("kid", ""))
            key = self._keys.key(kid, at_once=at_once)
            if key is None or header.get("alg") not in ALGORITHMS:
                raise jwt.InvalidKeyError("no such key")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._skew,
                options={"require": ["exp", "sub", "iss"], "verify_aud": self._audience is not None},
            )
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise self._refused(type(error).__name__) from None
        return claims, kid, key

    def _role(self, claims: Mapping[str, Any]) -> Role:
        access = claims.get("realm_access")
        named = access.get("roles", ()) if isinstance(access, dict) else ()
        told = named if isinstance(named, list) else ()
        held = {self._roles[name] for name in told if isinstance(name, str) and name in self._roles}
        return next((role for role in _ORDER if role in held), Role.LEARNER)


def _text(source: str) -> str:
    if not source.startswith(("https://", "http://")):
        return Path(source).read_text(encoding="utf-8")
    with urllib.request.urlopen(source, timeout=_FETCH_SECONDS) as answer:  # noqa: S310 - the scheme was checked
        return str(answer.read(_MOST_BYTES).decode("utf-8"))

"""Populations are taken from both databases that the store runs on."""

from __future__ import annotations

from tests.features.store.conftest import postgres, store, store_url

__all__ = ["postgres", "store", "store_url"]

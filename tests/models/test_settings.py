from __future__ import annotations

import pytest

from features.errors import KarmapathError
from models.hybrid import KINDS
from models.settings import check_settings, settings_of


@pytest.mark.parametrize("model", sorted(KINDS))
def test_the_settings_a_model_has_by_default_are_good(model: str) -> None:
    check_settings({model: settings_of(model)}, "a file")


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(KarmapathError, match=r"'rigde' of item_item; expected one of ridge, dropout"):
        check_settings({"item_item": {"rigde": 5.0}}, "tuned.json")


@pytest.mark.parametrize("value", ["much", None, True, float("nan"), [1.0]])
def test_a_value_of_another_kind_is_told(value: object) -> None:
    with pytest.raises(KarmapathError, match="expected a value like"):
        check_settings({"item_item": {"ridge": value}}, "tuned.json")

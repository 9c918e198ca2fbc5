"""Learners and courses as rows over named features."""

from __future__ import annotations

import numpy as np

from features.profiles import CourseVocabulary, LearnerVocabulary, learner_features
from features.records import Learner
from features.reference import Organisation, Position, Reference

REFERENCE = Reference(
    organisations={
        "posts": Organisation("posts", "Department of Posts", "comms", None),
        "comms": Organisation("comms", "Ministry of Communications", None, "ministry"),
    },
    competencies={},
    roles={},
    positions={"p1": Position("p1", "posts", "Postal Assistant", "C", ())},
    courses={},
)


def test_a_learner_is_where_and_as_what_he_or_she_works():
    learner = Learner("x", organisation="posts", designation="Postal  assistant", languages=("hi",))
    assert set(learner_features(learner, REFERENCE)) == {
        "organisation=posts", "ministry=comms", "position=p1", "designation=postal assistant", "group=C", "language=hi",
    }  # fmt: skip


def test_an_unknown_learner_has_no_feature():
    assert learner_features(Learner("x"), REFERENCE) == ()


def test_features_that_training_never_saw_drop_out():
    vocabulary = LearnerVocabulary(("group=A", "group=B"))
    row = vocabulary.matrix([Learner("x", group="B", cadre="unheard of")], REFERENCE).toarray()
    np.testing.assert_array_equal(row, [[0.0, 1.0]])


def test_rare_features_are_not_numbered():
    assert CourseVocabulary.of([["a", "b"], ["a", "a"]], min_count=2).names == ("a",)

"""Every model passes the shared suite."""

from __future__ import annotations

import numpy as np

from models.als import Als
from models.als_mean import AlsMean
from models.content import Content
from models.hybrid import Hybrid
from models.item_item import Ease, ItemItem
from models.knn import ItemKnn
from models.latest import Latest
from models.lightfm_model import LightFm
from models.lookup import DesignationLookup
from models.need import Need
from models.organisation_rule import OrganisationRule
from models.popularity import Popularity
from models.series import Series
from models.spectral import Spectral
from models.tastes import Tastes
from models.transition import Transition
from models.trend import Trend
from tests.models.suite import ModelSuite


class TestPopularity(ModelSuite):
    reads_history, reads_profile = False, True

    def make(self):
        return Popularity(smoothing=1.0)


class TestTrend(ModelSuite):
    reads_history = False

    def make(self):
        return Trend()


class TestEase(ModelSuite):
    def make(self):
        return Ease(ridge=5.0)


class TestItemItem(ModelSuite):
    def make(self):
        return ItemItem(ridge=5.0)


class TestItemKnn(ModelSuite):
    def make(self):
        return ItemKnn(neighbours=6, shrink=0.0)


class TestTransition(ModelSuite):
    def make(self):
        return Transition(ridge=1.0)


class TestLatest(ModelSuite):
    def make(self):
        return Latest()


class TestSeries(ModelSuite):
    def make(self):
        return Series()


class TestAls(ModelSuite):
    def make(self):
        return Als(factors=2, regularisation=0.01, alpha=10.0)


class TestAlsMean(ModelSuite):
    def make(self):
        return AlsMean(regularisation=0.01, alpha=10.0, widths=(2, 3))


class TestSpectral(ModelSuite):
    def make(self):
        return Spectral(factors=2)


class TestTastes(ModelSuite):
    def make(self):
        return Tastes(factors=4)


class TestSoftSpectral(ModelSuite):
    def make(self):
        return Spectral(factors=3, power=0.25, soft=True)


class TestLightFm(ModelSuite):
    reads_history, reads_profile = False, True

    def make(self):
        return LightFm(components=8, epochs=30)


class TestContent(ModelSuite):
    def make(self):
        return Content()


class TestNeed(ModelSuite):
    reads_history = False

    def make(self):
        return Need()


class TestDesignationLookup(ModelSuite):
    reads_history, reads_profile = False, True

    def make(self):
        return DesignationLookup()


class TestOrganisationRule(ModelSuite):
    reads_history = False

    def make(self):
        return OrganisationRule()


class TestHybrid(ModelSuite):
    def make(self):
        return Hybrid()

    def test_explanations_sum_to_the_score(self, model, data):
        learner = data.batch.rows(slice(3, 4))
        scores = model.score(learner)[0]
        for course in range(12):
            np.testing.assert_allclose(sum(model.explain(learner, course).values()), scores[course], atol=1e-4)

    def test_the_nearest_of_the_history_is_in_the_history(self, model, data):
        learner = data.batch.rows(slice(0, 1))
        assert model.nearest_history(learner, 0) in {None, *data.histories.row(0).tolist()}

    def test_similar_courses_share_the_parity(self, model):
        assert all(other % 2 == 0 for other in model.similar(4, 4))
        assert 4 not in model.similar(4, 4)

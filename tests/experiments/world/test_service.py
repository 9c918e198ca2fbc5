from __future__ import annotations

from experiments.world.service import read_service

SERVICE = read_service()


def test_the_service_has_the_size_of_a_small_government() -> None:
    assert sum(body.kind == "ministry" for body in SERVICE.bodies) in range(11, 15)
    assert len(SERVICE.posts) in range(75, 90)
    areas = [competency.area for competency in SERVICE.competencies]
    assert areas.count("Behavioural") == 41
    assert areas.count("Functional") == 73
    assert areas.count("Domain") >= 40


def test_organisations_form_one_tree() -> None:
    parents = {body.id: body.parent for body in SERVICE.bodies}
    roots = [identifier for identifier, parent in parents.items() if parent is None]
    assert len(roots) == 1
    for identifier in parents:
        steps = 0
        here: str | None = identifier
        while here is not None:
            here, steps = parents[here], steps + 1
            assert steps < 10


def test_every_post_needs_something_critical_and_no_level_follows_from_rank() -> None:
    for number in range(len(SERVICE.posts)):
        assert SERVICE.required[number].max() in (2, 3, 4)
        assert SERVICE.weights[number].max() == 2.0


def test_designations_are_unique_in_an_organisation() -> None:
    held = [(post.organisation, post.designation) for post in SERVICE.posts]
    assert len(set(held)) == len(held)


def test_every_field_has_a_provider() -> None:
    from experiments.world.authored import rows

    assert set(SERVICE.fields) <= {row["field"] for row in rows("providers")}

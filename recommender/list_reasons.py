"""Why a course is in a list, with the facts in full: from the numbers that lists in columns carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recommender.listing.catalogue import Catalogue
from recommender.listing.reason_codes import REASON_CODES
from recommender.listing.standings import Standings
from recommender.paths.reasons import Fact, Reason


@dataclass(frozen=True)
class Worded:
    """The reasons of one learner's list."""

    catalogue: Catalogue
    post: int
    """Row of the learner's post in ``Catalogue.posts``."""
    standing: Standings
    """Where the learner stands; the standings of that learner alone."""

    def reasons(self, course: int, codes: Iterable[int], subjects: Iterable[int]) -> tuple[Reason, ...]:
        """Return the reasons for one course, the strongest first: at least one, at most two."""
        return tuple(self._each(course, codes, subjects))

    def _each(self, course: int, codes: Iterable[int], subjects: Iterable[int]) -> Iterator[Reason]:
        for code, subject in zip(codes, subjects, strict=True):
            if not code:
                continue
            known = REASON_CODES[int(code)]
            if known.subject == "competency":
                yield Reason(known.code, self._gap(course, int(subject)))
            elif known.subject == "course":
                other = self.catalogue.course_ids[subject]
                yield Reason(known.code, {"course": other, "course_name": self.catalogue.reference.courses[other].name})
            else:
                yield Reason(known.code, {"model": known.model})

    def _gap(self, course: int, competency: int) -> dict[str, Fact]:
        catalogue, posts, taught = self.catalogue, self.catalogue.posts, self.catalogue.taught
        slot = int(posts.slot[self.post, competency])
        need = posts.requirements[int(posts.start[self.post]) + slot]
        rows = range(int(taught.start[course]), int(taught.start[course + 1]))
        to_level = next(int(taught.to_level[row]) for row in rows if taught.competency[row] == competency)
        level = min(to_level, need.level)
        p_held = float(self.standing.at_least[slot, level])
        name = catalogue.competencies[competency]
        named, role = catalogue.reference.competencies.get(name), catalogue.reference.roles.get(need.role)
        return {
            "competency": name,
            "competency_name": named.name if named else name,
            "level": level,
            "required": need.level,
            "role": need.role,
            "role_name": role.name if role else need.role,
            "p_held": p_held,
            "percent": round(100 * p_held),
        }

"""How people in the demo world behave: every constant of the model, named and explained in one place.

The model in one paragraph. Learners hold true levels (0 to 5) in every competency and a true interest in every
subject; neither is ever exported. Now and then they sit down to learn. They do not weigh the whole catalogue but the
few dozen courses they *see* (popular ones, ones for their post, ones on subjects they like, the next in a series),
and take the one of highest utility: interest + need + momentum - distance from their level - length - fee - language
+ chance. Plans and inductions add courses nobody chose; a nine-day campaign adds many short ones. Who finishes
depends on interest, length, diligence and difficulty; some only click through. Honest completion raises levels, more
so where the level fits and the course is good; what the post does not use fades. Quizzes, proctored assessments and
ratings are noisy views of all this.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Constants of the behavioural model. Utilities are in units of the standard Gumbel noise of a choice."""

    # People
    newcomer_share: float = 0.22
    """Share of learners who join the service within the window; sensible 0.05 to 0.5."""
    yearly_move_rate: float = 0.16
    """Transfers and promotions a learner and year; sensible 0 to 0.5."""
    promotion_share: float = 0.35
    """Share of moves that are promotions, where there is a post to be promoted to."""
    sessions_a_year: float = 4.0
    """Median number of self-chosen courses a learner and year; sensible 1 to 20."""
    session_spread: float = 0.65
    """Standard deviation of the logarithm of that number over learners (few learn a lot, most a little)."""
    skimmer_share: float = 0.13
    """Share of learners who habitually click through."""
    skim_habit: float = 0.55
    """Chance that a habitual skimmer skims a course asked for by others; half of it for chosen ones."""
    skim_others: float = 0.03
    """The same for everybody else."""
    lenient_share: float = 0.35
    """Share of raters who give five stars to everything."""
    rating_share: float = 0.45
    """Chance that a completed course is rated."""

    # True levels
    start_share: float = 0.72
    """Level at the window's start as a share of what the post needs, for somebody of average ability and tenure."""
    start_spread: float = 0.75
    """Standard deviation of starting levels about that, in levels."""
    background_level: float = 0.7
    """Mean level in competencies that the post does not need."""

    # True interests
    own_career: float = 0.9
    """Interest in the subjects of one's own post; sensible 0 to 2."""
    aspiration: float = 1.1
    """Interest in the subjects of the post aspired to; sensible 0 to 2."""
    aspirant_share: float = 0.45
    """Share of learners who aspire to another post."""
    taste: float = 1.0
    """Interest that comes from belonging to one of the taste communities (private curiosity)."""
    taste_communities: int = 14
    """Number of such communities."""
    idiosyncrasy: float = 0.45
    """Standard deviation of interest that is a learner's very own."""
    depth: float = 0.5
    """Standard deviation of tastes for advanced, long and programme-like courses."""

    # What is seen: numbers of courses a learner looks at in one sitting
    seen_popular: int = 8
    seen_for_post: int = 8
    seen_by_interest: int = 8
    seen_next: int = 5
    """Courses that follow the one completed last."""
    seen_new: int = 3
    """Courses at random, as on a page of recent additions."""
    popularity_exponent: float = 1.05
    """Exponent of the power law of what the popular shelf shows; sensible 0.6 to 1.4."""

    # What is chosen
    w_interest: float = 1.5
    w_need: float = 0.9
    """Utility of one missing step of a normal requirement (more for critical ones)."""
    w_appeal: float = 0.5
    """Utility of one standard deviation of a course's quality."""
    w_momentum: float = 1.6
    """Utility of the next step up in the competency just studied, on the same day; fades over ``momentum_days``."""
    momentum_days: float = 60.0
    w_too_hard: float = 1.3
    """Loss for each level that the course starts above the learner's."""
    w_too_easy: float = 1.0
    """Loss for each level that the learner stands above where the course leads."""
    w_unprepared: float = 1.5
    """Loss where a prerequisite is neither done nor made up for by level."""
    w_second_language: float = 0.8
    """Loss where the course is only in a language read second best."""
    w_hours: float = 0.35
    """Loss for each unit of log(1 + hours)."""
    w_fee: float = 0.35
    """Loss for each thousand rupees of a fee that is reimbursed only later."""
    campaign_hours: float = 2.2
    """The same as ``w_hours`` during the campaign, where certificates count."""
    campaign_interest: float = 0.4
    """Share of the usual weight of interest and need that is left during the campaign."""

    # Duties
    compliance: float = 0.74
    """Chance that somebody of average diligence takes a prescribed course; sensible 0.3 to 1."""
    campaign_share: float = 0.5
    """Share of learners who take part in the campaign week."""
    campaign_courses: float = 2.6
    """Mean number of courses beyond the first that a participant takes in it."""
    assessment_share: float = 0.22
    """Chance a year that a learner sits the proctored assessment of the post."""

    # What comes of it
    finish_base: float = 1.1
    """Log-odds of finishing a course of no length, of average interest, at the right level."""
    finish_interest: float = 0.8
    finish_diligence: float = 0.5
    finish_hours: float = 0.55
    finish_too_hard: float = 0.6
    finish_duty: float = 1.4
    """Extra log-odds where others are waiting for the certificate."""
    learning: float = 0.75
    """Share of the room between the learner's level and the course's that an honest, well-fitting completion fills."""
    readiness: float = 0.9
    """Rate at which learning falls for each level that the course starts above the learner's."""
    kept_if_used: float = 0.7
    """Share of a gain that stays for good where the post uses the competency."""
    kept_if_unused: float = 0.25
    half_life_behavioural: float = 900.0
    """Days in which the rest of a gain halves: habits fade slowly, rules and tools fast."""
    half_life_functional: float = 540.0
    half_life_domain: float = 420.0
    quiz_retakes: int = 2
    """Further attempts that a failed quiz allows; a proctored assessment allows none."""
    quiz_slope: float = 1.1
    """Log-odds of a right answer for each level above the one asked for."""
    quiz_base: float = 0.9
    """Log-odds of a right answer exactly half a level below the one asked for."""
    shared_answers: float = 0.72
    """Chance of a right answer of somebody who skimmed and has the answers from colleagues; proctored: none."""

"""What a late submission costs; set in ``nbgrader_config.py``."""

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

_DAY = 24 * 3600


class LatePolicy(LateSubmissionPlugin):
    """Takes a share of the points for every day that has begun, after some time of grace.

    By default nothing is taken. The due date of an assignment stands in the gradebook: formgrader sets it, or
    ``nbgrader db assignment add NAME --duedate="2026-12-01 23:59"``.
    """

    grace_minutes = Float(0, min=0, help="A submission that is no later than this is not late.").tag(config=True)
    percent_per_day = Float(
        0, min=0, max=100, help="Percent of the points that are lost with each day that has begun."
    ).tag(config=True)
    days_until_zero = Float(
        math.inf, min=0, help="A submission that is later than this gets no points at all."
    ).tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points to take away.

        Args:
            student_id: Whose submission it is; all are treated alike.
            score: The points of the submission.
            total_seconds_late: Seconds after the due date.

        Returns:
            Points from 0 to ``score``, or None when nothing is taken.
        """
        late = total_seconds_late - 60 * self.grace_minutes
        if late <= 0 or self.penalty_method == "zero":
            return None if late <= 0 else score
        if late > self.days_until_zero * _DAY:
            return score
        share = min(1.0, math.ceil(late / _DAY) * self.percent_per_day / 100)
        return score * share or None

"""The checker notices what it is there for."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from tests.chaos.history import Figures, History, Job, Publication
from tests.chaos.pipelines import Task

ID, OTHER = uuid4(), uuid4()
DONE, RESULT = Job("a", ID, "completed"), Publication("a", ID, 6)


def check(jobs: list[Job], results: list[Publication], *, answer: UUID | None = ID, **changes: bool) -> Figures:
    history = History()
    history.ask(Task(key="a", count=3, poisoned=changes.get("poisoned", False)))
    if answer is not None:
        history.acknowledge("a", answer)
    if changes.get("cancelled"):
        history.ask_to_cancel("a")
        history.acknowledge_cancel("a")
    return history.check(jobs, results)


def test_a_good_run_is_clean() -> None:
    figures = check([DONE], [RESULT])
    assert figures.clean
    assert (figures.attempted, figures.acknowledged, figures.published, figures.recovered) == (1, 1, 1, 0)
    assert check([Job("a", ID, "cancelled")], [], cancelled=True).clean
    assert check([Job("a", ID, "failed", "invalid_input")], [], poisoned=True).clean
    assert check([], [], answer=None).clean


def test_a_result_without_an_answer_is_recovered() -> None:
    figures = check([DONE], [RESULT], answer=None)
    assert figures.clean
    assert figures.recovered == 1


@pytest.mark.parametrize(
    ("jobs", "results", "changes", "kind"),
    [
        ([], [], {}, "lost"),
        ([DONE], [], {}, "lost"),
        ([Job("a", ID, "failed", "step_failed")], [], {}, "lost"),
        ([Job("a", ID, "failed", "publish_failed")], [], {"poisoned": True}, "lost"),
        ([DONE], [RESULT, RESULT], {}, "duplicated"),
        ([DONE, Job("a", OTHER, "completed")], [RESULT], {}, "duplicated"),
        ([DONE], [RESULT, Publication("b", OTHER, 6)], {}, "unexpected"),
        ([DONE], [Publication("a", ID, 7)], {}, "unexpected"),
        ([DONE], [Publication("a", OTHER, 6)], {}, "unexpected"),
        ([Job("a", ID, "failed", "invalid_input")], [RESULT], {"poisoned": True}, "unexpected"),
        ([DONE], [RESULT], {"cancelled": True}, "unexpected"),
        ([Job("a", ID, "cancelled")], [], {}, "unexpected"),
        ([Job("a", ID, "processing")], [], {}, "stuck"),
    ],
)
def test_each_kind_of_violation_is_found(
    jobs: list[Job], results: list[Publication], changes: dict[str, bool], kind: str
) -> None:
    figures = check(jobs, results, **changes)
    assert not figures.clean
    assert getattr(figures, kind) != []


def test_a_second_answer_that_names_another_job_is_a_duplicate() -> None:
    history = History()
    history.ask(Task(key="a", count=3))
    history.acknowledge("a", ID)
    history.acknowledge("a", OTHER)
    assert history.check([DONE], [RESULT]).duplicated == ["a"]

"""What a sentence on periods may say: sums and means apart, in the order of time, of periods that are cited."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.insights.tables import profile, written

from docmill.pipelines.insights.checking import find_fault
from docmill.pipelines.insights.facts import Fact, find_facts
from docmill.pipelines.insights.periods import period_names

# Two shops, so that sums and means of a month go different ways.
SHOPS = """\
date,sales
2023-01-01,100
2023-02-01,300
2024-01-01,100
2024-02-01,100
2024-02-01,60
2024-03-01,-20
"""
QUARTERS = "quarter,output\n1974Q1,8\n1974Q2,10\n1974Q3,9\n1974Q4,12\n"
YEARS = "year,crop\n2019-01-01,5\n2020-01-01,10\n2021-01-01,9.9\n"
TIES = "quarter,output\n1974Q1,0\n1974Q2,9\n1974Q3,9\n1974Q4,1\n"


def facts_of(path: Path, content: str) -> list[Fact]:
    return list(find_facts(profile(written(path, content))).values())


@pytest.mark.parametrize(
    ("content", "text", "true"),
    [
        (SHOPS, 'Total "sales" rose by 60 % from January 2024 to February 2024.', True),
        (SHOPS, "The total sales rose from 100 in January 2024 to 160 in February 2024.", True),
        (SHOPS, 'The average "sales" fell by 20 % from January 2024 to February 2024.', True),
        (SHOPS, 'The average "sales" rose by 60 % from January 2024 to February 2024.', False),
        # Neither the total nor the average, and a month of two years.
        (SHOPS, '"sales" rose by 60 % from January 2024 to February 2024.', False),
        (SHOPS, 'Total "sales" rose by 60 % from January to February.', False),
        (SHOPS, 'Total "sales" rose by 200 % from January 2023 to February 2023.', True),
        # Per cent of what is not above nothing mean nothing, and no month comes before an earlier one.
        (SHOPS, 'Total "sales" fell by 180 from February 2024 to March 2024.', True),
        (SHOPS, 'Total "sales" rose by 40 % from February 2023 to January 2023.', False),
        (SHOPS, 'Total "sales" fell by 200 from February 2023 to January 2023.', False),
        (SHOPS, 'Total "sales" was highest in February 2023 at 300.', True),
        (SHOPS, 'Average "sales" was highest in February 2024.', False),
        (QUARTERS, "Output rose by 25 % from Q1 to Q2 1974.", True),
        (QUARTERS, "Output rose by 25 % from 1974Q1 to 1974-Q2.", True),
        (QUARTERS, 'Output grew over "quarter" from Q3 1974 to Q4 1974.', True),
        (QUARTERS, "Output rose from Q2 1974 to Q3 1974.", False),
        (QUARTERS, "Output rose by 25 % from Q1 to Q2 and fell by 10 % from Q2 to Q3.", True),
        (QUARTERS, "Output rose by 25 % from Q1 to Q2 and by 10 % from Q2 to Q3.", False),
        (TIES, "Output rose by 9 from Q1 to Q2.", True),
        (TIES, "Output rose by 100 % from Q1 to Q2.", False),
        (TIES, "Output doubled from Q1 to Q2.", False),
        (TIES, "Output was highest in Q2 with 9.", False),
        (TIES, "Output was lowest in Q1 with 0.", True),
        (YEARS, "The crop doubled from 2019 to 2020.", True),
        (YEARS, "The crop doubled from 2019 to 2021.", True),
        (YEARS, "The crop more than doubled from 2019 to 2021.", False),
        (YEARS, "The crop halved from 2020 to 2021.", False),
        (YEARS, "The crop was 10 in 2020.", True),
        (YEARS, "The crop was 10 in 2019 and 5 in 2020.", False),
        (YEARS, "The crop rose from 2019 to 2020 because of rain.", False),
        (YEARS, "The crop never rose from 2019 to 2020.", False),
        (YEARS, "The crop went by 100 % from 2019 to 2020.", False),
        (YEARS, "The crop fell by 1 % from 2020 to 2021, an increase of 1 %.", False),
    ],
)
def test_a_change(tmp_path: Path, content: str, text: str, true: bool) -> None:
    assert (find_fault(text, facts_of(tmp_path, content)) is None) == true


def test_a_change_needs_both_of_its_facts(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, QUARTERS)
    text = "Output rose by 25 % from Q1 1974 to Q2 1974."
    cited = [fact for fact in facts if fact.periods[:1] in (("1974-q1",), ("1974-q2",))]
    assert find_fault(text, cited) is None
    assert find_fault(text, cited[:1]) is not None
    # The trend of all quarters bears out no change between two.
    assert find_fault(text, [fact for fact in facts if not fact.periods]) is not None


def test_numbers_of_rows(tmp_path: Path) -> None:
    content = "day,kind\n2024-01-01,a\n2024-02-01,b\n2024-02-01,c\n2024-03-01,d\n"
    facts = facts_of(tmp_path, content)
    assert find_fault("The number of rows rose by 1 from January to February.", facts) is None
    assert find_fault("The number of rows rose from January to March.", facts) is not None


def test_names_of_periods() -> None:
    assert period_names(["2023-12-01", "2024-01-01", "2024-12-01"], "month") == [
        ("2023-12", "december 2023"),
        ("2024-01", "january 2024", "january"),
        ("2024-12", "december 2024"),
    ]
    assert period_names(["2024-02-12"], "week") == [("2024-w07",)]
    assert period_names(["2024-02-12T10:00"], "hour") == [("2024-02-12t10:00",)]

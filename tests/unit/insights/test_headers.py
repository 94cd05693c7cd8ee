"""Headers of one row or two, below titles, with dates for names; and rows that only look like one."""

from __future__ import annotations

import pytest

from docmill.pipelines.insights.reading.headers import find_header


@pytest.mark.parametrize(
    ("text", "names", "place", "rows"),
    [
        ("city,n\nOslo,1\nRome,2", ["city", "n"], 0, 1),
        ("Oslo,1\nRome,2", None, 0, 0),
        # Titles, of which the cells beside are empty.
        ("Sales 2024,,\nregion,n,m\nNorth,1,2\nSouth,3,4", ["region", "n", "m"], 1, 1),
        ("Sales 2024,,\nNorth,1,2\nSouth,3,4", None, 1, 0),
        ("7,,\nNorth,1,2\nSouth,3,4", None, 0, 0),
        # Dates are names above numbers, and data above dates.
        ("country,1/22/20,1/23/20\nChad,0,1\nPeru,2,3", ["country", "1/22/20", "1/23/20"], 0, 1),
        ("country,2024-01-31,2024-02-29\nChad,0,1\nPeru,2,3", ["country", "2024-01-31", "2024-02-29"], 0, 1),
        ("Chad,2024-01-31,1\nPeru,2024-02-29,3", None, 0, 0),
        (",2019,2020,2021\nChad,0,1,2\nPeru,2,3,4", ["", "2019", "2020", "2021"], 0, 1),
        ("Berlin,1990\nParis,2001\nRome,1987", None, 0, 0),
        ("city,1990\nParis,2.1\nRome,3.2", ["city", "1990"], 0, 1),
        ("city,202401,202402,202403\nParis,2.1,2,3\nRome,3.2,3,4", ["city", "202401", "202402", "202403"], 0, 1),
        ("Bonn,200101\nParis,2148000\nRome,2870000", None, 0, 0),
        # Groups above, or units below.
        (
            ",2020,,2021,\ncountry,GDP,people,GDP,people\nChad,1,2,3,4\nPeru,5,6,7,8",
            ["country", "2020 GDP", "2020 people", "2021 GDP", "2021 people"], 0, 2,
        ),
        (
            "country,2020,,2021,,note\n,GDP,people,GDP,people,\nChad,1,2,3,4,a\nPeru,5,6,7,8,b",
            ["country", "2020 GDP", "2020 people", "2021 GDP", "2021 people", "note"], 0, 2,
        ),
        (
            "day,wind,rain\n,km/h,mm\n2024-01-01,3,4\n2024-01-02,5,6",
            ["day", "wind km/h", "rain mm"], 0, 2,
        ),
        ("name,weight,height\n,kg,cm\nAda,60,170\nBob,80,180", ["name", "weight kg", "height cm"], 0, 2),
        (
            "country,GDP,,people,\n,2020,2021,2020,2021\nChad,1,2,3,4\nPeru,5,6,7,8",
            ["country", "GDP 2020", "GDP 2021", "people 2020", "people 2021"], 0, 2,
        ),
        # A first row of data is no second header.
        ("shop,sales,cost\nA,1999,2001\nB,2500,2700\nC,2600,2800", ["shop", "sales", "cost"], 0, 1),
        ("name,weight,height\nEve,n/a,n/a\nAda,60,170\nBob,80,180", ["name", "weight", "height"], 0, 1),
        ("name,weight,height\nEve,unknown,165\nAda,60,170\nBob,80,180", ["name", "weight", "height"], 0, 1),
        ("name,town\nEve,Bonn\nAda,Rome", ["name", "town"], 0, 1),
    ],
)  # fmt: skip
def test_a_header_is_found(text: str, names: list[str] | None, place: int, rows: int) -> None:
    header = find_header([line.split(",") for line in text.splitlines()])
    assert (header.names, header.place, header.rows) == (names, place, rows)

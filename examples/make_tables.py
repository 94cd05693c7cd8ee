"""Writes the example tables: invented sales, readings and orders, the same at every run.

``python examples/make_tables.py`` writes ``examples/tables``. What lies in them on purpose: a trend and a season, a
column that is half empty, repeated rows, wrong entries, mail addresses, a formula, and a line with too many cells.
"""

from __future__ import annotations

import csv
import json
import math
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

FOLDER = Path(__file__).resolve().parent / "tables"
DAYS = 730
REGIONS = ("North", "South", "East", "West")
PRODUCTS = {"Lamp": 39.0, "Chair": 89.0, "Desk": 249.0, "Shelf": 119.0, "Rug": 65.0}


def sales(random: Random) -> list[list[object]]:
    """Return two years of sales: doubling, and higher before the end of the year."""
    rows: list[list[object]] = []
    for day in range(DAYS):
        sold_on = date(2024, 1, 1) + timedelta(days=day)
        season = 1 + 0.25 * math.cos(2 * math.pi * (sold_on.timetuple().tm_yday - 340) / 365)
        for _ in range(1 if random.random() < 0.35 else 2):
            product = random.choice(list(PRODUCTS))
            price = round(PRODUCTS[product] * random.uniform(0.95, 1.05), 2)
            units = max(1, round(4 * season * (1 + 1.2 * day / DAYS) * random.uniform(0.6, 1.4)))
            units = units * 12 if random.random() < 0.004 else units
            discount = "" if random.random() < 0.55 else round(random.choice((0.05, 0.1, 0.15)), 2)
            region = random.choices(REGIONS, (4, 3, 2, 1))[0]
            channel = "shop" if random.random() < 0.85 else "web"
            mail = f"{random.choice(('ada', 'grace', 'alan', 'edsger'))}{random.randint(1, 400)}@example.org"
            note = "=SUM(A1:A9)" if not rows else random.choice(("", "", "", "gift", "call before delivery"))
            number = f"S-{10_000 + len(rows)}"
            rows.append(
                [
                    number,
                    sold_on.isoformat(),
                    region,
                    channel,
                    product,
                    units,
                    price,
                    round(units * price, 2),
                    discount,
                    mail,
                    note,
                ]
            )
    return [*rows, *(list(row) for row in random.sample(rows, 15))]


def write_sales(path: Path) -> None:
    """Write the sales as CSV, with one line that has a cell too many."""
    head = [
        "order",
        "sold_on",
        "region",
        "channel",
        "product",
        "units",
        "unit_price",
        "revenue",
        "discount",
        "mail",
        "note",
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(sales(Random(20)))
        writer.writerow(
            ["S-99999", "2025-12-31", "North", "shop", "Lamp", 1, 39.0, 39.0, "", "", "", "one cell too many"]
        )


def write_readings(path: Path) -> None:
    """Write the readings of three sensors as a workbook; one sensor drifts, and one fails now and then."""
    random = Random(21)
    begin = datetime(2026, 3, 1)
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"created": begin})
        sheet = workbook.add_worksheet("readings")
        notes = workbook.add_worksheet("notes")
        notes.write(0, 0, "Readings of the north hall, every two hours.")
        stamp = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["measured_at", "sensor", "temperature", "humidity", "ok"])
        for place in range(600):
            measured_at = begin + timedelta(hours=2 * (place // 3))
            temperature = 19 + 3 * math.sin(place / 18) + (place / 150 if place % 3 == 2 else 0) + random.gauss(0, 0.3)
            sheet.write_datetime(place + 1, 0, measured_at, stamp)
            sheet.write_string(place + 1, 1, f"hall-{place % 3 + 1}")
            if place % 3 != 1 or random.random() > 0.2:
                sheet.write_number(place + 1, 2, round(temperature, 2))
            sheet.write_number(place + 1, 3, round(80 - 1.6 * temperature + random.gauss(0, 0.5), 1))
            sheet.write_boolean(place + 1, 4, place % 97 != 0)


def write_orders(path: Path) -> None:
    """Write orders as JSON whose records lie inside, with nested fields."""
    random = Random(22)
    items = [
        {
            "id": 500 + place,
            "placed": (date(2026, 1, 5) + timedelta(days=place // 4)).isoformat(),
            "customer": {"country": random.choice(("CH", "DE", "FR", "IT")), "since": random.randint(2015, 2025)},
            "total": round(random.lognormvariate(4, 0.6), 2),
            "paid": random.random() < 0.97,
        }
        for place in range(240)
    ]
    data = {"source": "invented", "data": {"items": items}}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Write all tables."""
    FOLDER.mkdir(exist_ok=True)
    write_sales(FOLDER / "sales.csv")
    write_readings(FOLDER / "readings.xlsx")
    write_orders(FOLDER / "orders.json")


if __name__ == "__main__":
    main()

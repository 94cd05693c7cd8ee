"""A patient portal's print-out: one card a result, with the words "Your value" and "Normal range"."""

from __future__ import annotations

from reportlab.lib.pagesizes import LETTER

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

_COLOURS = {"In range": "#1b7f4d", "Above range": "#b3261e", "Below range": "#b3261e"}

PORTAL = Panel(
    "Annual physical",
    (
        Result("Vitamin D, 25-Hydroxy", None, "21", "ng/mL", "30", "100", "Below range"),
        Result("Glucose", "2345-7", "89", "mg/dL", "70", "99", "In range"),
        Result("Hemoglobin A1c", "4548-4", "5.2", "%", "4.0", "5.6", "In range"),
        Result("LDL Cholesterol", "13457-7", "118", "mg/dL", high="100", flag="Above range"),
        Result("HDL Cholesterol", "2085-9", "64", "mg/dL", low="40", flag="In range"),
        Result("Triglycerides", "2571-8", "77", "mg/dL", high="150", flag="In range"),
        Result("TSH", "3016-3", "5.61", "mIU/L", "0.40", "4.50", "Above range"),
        Result("Free T4", "3024-7", "1.1", "ng/dL", "0.8", "1.8", "In range"),
        Result("Ferritin", "2276-4", "46", "ng/mL", "16", "232", "In range"),
        Result("Vitamin B12", "2132-9", "338", "pg/mL", "232", "1245", "In range"),
        Result("Creatinine", "2160-0", "0.74", "mg/dL", "0.50", "1.03", "In range"),
        Result("ALT", "1742-6", "15", "U/L", "6", "29", "In range"),
    ),
)


def draw(report: Report) -> bytes:
    """Draw the page."""
    sheet = Sheet("Your test results", LETTER)
    sheet.box(0, 0, sheet.width, 62, fill="#26215c", stroke=None)
    sheet.disc(58, 31, 16, "#7a6ff0")
    sheet.text(84, 36, "Lumen Health", 19, bold=True, colour="#ffffff")
    sheet.text(572, 36, "My results", 12, align="right", colour="#dedcff")
    sheet.text(40, 90, "Hi Temperance, your results are in.", 16, bold=True)
    sheet.text(
        40,
        108,
        "Temperance Okafor-Lind  |  Born 03/15/1991  |  Patient ID LH-7719-0042  |  Order 5530118826",
        9.5,
        colour="#444444",
    )
    sheet.text(
        40,
        122,
        "Collected February 3, 2026  |  Ordered by Dr. Mireille Castellanos  |  temperance.ol@inbox.example  |  +1 (617) 555-0173",
        9.5,
        colour="#444444",
    )
    for number, result in enumerate(report.panels[0].results):
        _card(sheet, report, result, 40 + number % 3 * 180, 144 + number // 3 * 128)
    sheet.box(40, 662, 572, 724, fill="#f4f3ff", stroke=None, radius=6)
    sheet.text(52, 679, "A note from Dr. Castellanos", 9.5, bold=True)
    sheet.lines(
        52,
        693,
        (
            "Temperance, your thyroid is working a little slowly. This can be an early sign of Hashimoto's. Let us repeat the test in",
            "eight weeks. Please take vitamin D, 2,000 units a day. Call (617) 555-0108 if you feel unwell.",
        ),
        9,
        12,
    )
    sheet.text(
        40,
        760,
        "Printed from portal.lumenhealth.example by user tokaforlind on 02/06/2026. Lumen Health, 410 Atlantic Ave, Boston MA 02210",
        7.5,
        colour="#666666",
    )
    return sheet.finish()


def _card(sheet: Sheet, report: Report, result: Result, x: float, top: float) -> None:
    colour = _COLOURS[result.flag]
    sheet.box(x, top, x + 172, top + 116, stroke="#c9c6e8", radius=8)
    sheet.box(x, top + 6, x + 4, top + 110, fill=colour, stroke=None)
    sheet.text(x + 14, top + 20, result.name, 11, bold=True)
    sheet.text(x + 14, top + 38, "Your value", 8, colour="#666666")
    sheet.text(x + 14, top + 56, f"{result.value} {result.unit}", 14, bold=True, colour=colour)
    sheet.text(x + 14, top + 74, "Normal range", 8, colour="#666666")
    sheet.text(x + 14, top + 87, f"{report.range_of(result)} {result.unit}", 10)
    sheet.text(x + 14, top + 104, result.flag, 9, bold=True, colour=colour)


REPORT = Report(
    "portal_cards.pdf",
    "patient portal: a grid of cards, value and range under each other, the flag in words",
    "en",
    "2026-02-03",
    (
        Identifier("PERSON", "Temperance Okafor-Lind"),
        Identifier("PERSON", "Temperance"),
        Identifier("DATE_OF_BIRTH", "03/15/1991"),
        Identifier("MRN", "LH-7719-0042"),
        Identifier("ID", "5530118826"),
        Identifier("PERSON", "Mireille Castellanos"),
        Identifier("PERSON", "Castellanos"),
        Identifier("EMAIL", "temperance.ol@inbox.example"),
        Identifier("PHONE", "+1 (617) 555-0173"),
        Identifier("PHONE", "(617) 555-0108"),
        Identifier("USERNAME", "tokaforlind"),
    ),
    (PORTAL,),
    draw,
    between=" - ",
    below="< ",
    above="> ",
)

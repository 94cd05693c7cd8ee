"""A urinalysis: mostly words for results, a few numbers, an infectious disease screen."""

from __future__ import annotations

from reportlab.lib.pagesizes import LETTER

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

STRIP = Panel(
    "URINALYSIS, COMPLETE",
    (
        Result("Color", "5778-6", "Dark Yellow", normal="Yellow", flag="A"),
        Result("Appearance", "5767-9", "Cloudy", normal="Clear", flag="A"),
        Result("Specific Gravity", "5811-5", "1.027", "", "1.005", "1.030"),
        Result("pH", "5803-2", "6.5", "", "5.0", "8.0"),
        Result("Protein", "20454-5", "1+", normal="Negative", flag="A"),
        Result("Glucose, Urine", "25428-4", "Negative", normal="Negative"),
        Result("Ketones", "2514-8", "Trace", normal="Negative", flag="A"),
        Result("Bilirubin", "5770-3", "Negative", normal="Negative"),
        Result("Occult Blood", "5794-3", "2+", normal="Negative", flag="A"),
        Result("Urobilinogen", None, "0.2", "EU/dL", "0.2", "1.0"),
        Result("Nitrite, Urine", "5802-4", "Positive", normal="Negative", flag="A"),
        Result("WBC Esterase", "5799-2", "3+", normal="Negative", flag="A"),
    ),
    specimen="urine",
)
SEDIMENT = Panel(
    "MICROSCOPIC EXAMINATION",
    (
        Result("WBC", "5821-4", "31-50", "/hpf", low="0", high="5", flag="A"),
        Result("RBC", "13945-1", "6-10", "/hpf", low="0", high="2", flag="A"),
        Result("Epithelial Cells (non renal)", None, "0-10", "/hpf", low="0", high="10"),
        Result("Casts", None, "None seen", "/lpf", normal="None seen"),
        Result("Bacteria", "25145-4", "Many", normal="None seen/Few", flag="A"),
    ),
    specimen="urine",
)
SCREEN = Panel(
    "INFECTIOUS DISEASE SCREEN",
    (
        Result("HBsAg Screen", "5196-1", "Negative", normal="Negative"),
        Result("Hep C Virus Ab", "13955-0", "Non Reactive", normal="Non Reactive"),
        Result("HIV Ab/p24 Ag Screen", "56888-1", "Non Reactive", normal="Non Reactive"),
    ),
)


def draw(report: Report) -> bytes:
    """Draw the page."""
    sheet = Sheet("Urinalysis", LETTER)
    sheet.text(50, 50, "PINE BARRENS URGENT CARE LABORATORY", 14, bold=True)
    sheet.text(50, 64, "CLIA 31D5550147   7 Cranberry Bog Rd, Chatsworth, NJ 08019   T: 609-555-0151", 8.5)
    sheet.rule(50, 562, 72, 1.2)
    rows = (
        ("PATIENT", "Abernathy, Colleen Rose", "ACCESSION", "UA-2026-0061147"),
        ("DATE OF BIRTH", "09/09/1984", "COLLECTED", "01/27/2026 18:22"),
        ("SEX", "Female", "REPORTED", "01/27/2026 20:05"),
        ("MRN", "00551937", "PROVIDER", "Hollis Wakefield, PA-C"),
        ("PHONE", "609-555-0186", "GUARANTOR", "Abernathy, Stephen"),
        ("ADDRESS", "55 Teal Ct, Tabernacle, NJ 08088", "MEDICARE ID", "1EG4-TE5-MK73"),
    )
    for number, (label, value, other_label, other) in enumerate(rows):
        sheet.pair(50, 88 + number * 13, label, value, 78)
        sheet.pair(330, 88 + number * 13, other_label, other, 76)
    top = 184.0
    for panel in report.panels:
        top = _panel(sheet, report, panel, top)
    sheet.text(50, top + 4, "INTERPRETATION", bold=True)
    sheet.lines(
        50,
        top + 17,
        (
            "Findings consistent with urinary tract infection. Culture to follow. Called to H. Wakefield by M. Duarte, MLS, 20:11.",
            "No evidence of Bence Jones protein on this panel; order immunofixation if clinically indicated.",
        ),
    )
    sheet.text(50, 760, "A = abnormal      Medical Director: Bertrand Oyelaran, MD      Page 1 of 1", 7.5)
    return sheet.finish()


def _panel(sheet: Sheet, report: Report, panel: Panel, top: float) -> float:
    sheet.box(50, top - 10, 562, top + 4, fill="#e6e6e6", stroke="#999999")
    for x, title in ((56, panel.title), (250, "RESULT"), (340, "FLAG"), (390, "UNITS"), (460, "REFERENCE")):
        sheet.text(x, top, title, 8.5, bold=True)
    top += 17
    for result in panel.results:
        sheet.text(62, top, result.name)
        sheet.text(250, top, result.value, bold=bool(result.flag))
        sheet.text(348, top, result.flag, bold=True)
        sheet.text(390, top, result.unit)
        sheet.text(460, top, report.range_of(result))
        top += 13.5
    return top + 12


REPORT = Report(
    "us_urinalysis.pdf",
    "urinalysis: words as results, ranges of counts, infectious disease screen",
    "en",
    "2026-01-27",
    (
        Identifier("PERSON", "Abernathy, Colleen Rose"),
        Identifier("PERSON", "Abernathy, Stephen"),
        Identifier("DATE_OF_BIRTH", "09/09/1984"),
        Identifier("MRN", "00551937"),
        Identifier("ACCESSION", "UA-2026-0061147"),
        Identifier("PHONE", "609-555-0186"),
        Identifier("PHONE", "609-555-0151"),
        Identifier("ADDRESS", "55 Teal Ct, Tabernacle, NJ 08088"),
        Identifier("ID", "1EG4-TE5-MK73"),
        Identifier("PERSON", "Hollis Wakefield"),
        Identifier("PERSON", "H. Wakefield"),
        Identifier("PERSON", "M. Duarte"),
        Identifier("PERSON", "Bertrand Oyelaran"),
    ),
    (STRIP, SEDIMENT, SCREEN),
    draw,
)

"""A clinic's own printer in the United States: one column, leader dots, ranges in square brackets."""

from __future__ import annotations

from reportlab.lib.pagesizes import LETTER

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

LIPIDS = Panel(
    "LIPID PANEL, STANDARD",
    (
        Result("Cholesterol, Total", "2093-3", "243", "mg/dL", high="200", flag="H"),
        Result("HDL Cholesterol", "2085-9", "38", "mg/dL", low="39", flag="L"),
        Result("Triglycerides", "2571-8", "196", "mg/dL", high="150", flag="H"),
        Result(
            "LDL-Cholesterol", "13457-7", "166", "mg/dL", high="100", flag="H", note="calculated, Friedewald equation"
        ),
        Result("Chol/HDLC Ratio", "9830-1", "6.4", "", high="5.0", flag="H"),
        Result("Non HDL Cholesterol", "43396-1", "205", "mg/dL", high="130", flag="H"),
    ),
)
DIABETES = Panel(
    "DIABETES FOLLOW-UP",
    (
        Result("Glucose, Fasting", "2345-7", "98", "mg/dL", "65", "99"),
        Result(
            "Hemoglobin A1c",
            "4548-4",
            "5.9",
            "%",
            high="5.7",
            flag="H",
            note="5.7 to 6.4 % is seen with an increased risk of diabetes",
        ),
        Result("Creatinine", "2160-0", "1.08", "mg/dL", "0.70", "1.35"),
        Result("eGFR (CKD-EPI 2021)", "98979-8", ">90", "mL/min/1.73m2", low="60"),
        Result("Potassium", "2823-3", "4.7", "mmol/L", "3.5", "5.3"),
        Result("Sodium", "2951-2", "140", "mmol/L", "135", "146"),
    ),
)
PROSTATE = Panel(
    "MEN'S HEALTH",
    (
        Result("PSA, Total", "2857-1", "1.32", "ng/mL", high="4.00"),
        Result("Testosterone, Total", "2986-8", "412", "ng/dL", "250", "827"),
        Result("Vitamin B12", "2132-9", "487", "pg/mL", "200", "1100"),
        Result("Uric Acid", "3084-1", "8.3", "mg/dL", "4.0", "8.0", "H"),
        Result("ALT", "1742-6", "51", "U/L", "9", "46", "H"),
        Result("AST", "1920-8", "33", "U/L", "10", "35"),
    ),
)


def draw(report: Report) -> bytes:
    """Draw the page."""
    sheet = Sheet("Results letter", LETTER, font="Times-Roman")
    sheet.text(306, 50, "Copper Canyon Internal Medicine, P.C.", 17, bold=True, align="centre")
    sheet.text(306, 66, "4410 N Saguaro Blvd, Building C, Tucson, AZ 85718", 10, align="centre")
    sheet.text(
        306, 79, "Tel (520) 555-0137  ·  Fax (520) 555-0138  ·  results@coppercanyon.example", 10, align="centre"
    )
    sheet.rule(60, 552, 88, 1.4)
    sheet.rule(60, 552, 91, 0.5)
    sheet.text(60, 112, "Patient Name: Desmond T. Okonkwo-Reyes", 11, bold=True)
    sheet.text(60, 127, "Date of Birth: November 2, 1957        Sex: Male        Age: 68 years", 11)
    sheet.text(60, 142, "Medical Record No.: CC-0093317        SSN: 987-65-4325", 11)
    sheet.text(60, 157, "Home: 1903 E Cholla Vista Ct, Oro Valley, AZ 85737        Cell: 520.555.0164", 11)
    sheet.text(60, 172, "E-mail: d.okonkworeyes57@mail.example        Insurance Member ID: XQH 884 102 667", 11)
    sheet.text(60, 187, "Ordering Provider: Priscilla Vantongeren, NP        Accession: T26-118843", 11)
    sheet.text(
        60, 202, "Collected: Apr 21, 2026 07:55 AM        Reported: Apr 22, 2026 11:20 AM        Status: FINAL", 11
    )
    top = 228.0
    for panel in report.panels:
        top = _panel(sheet, report, panel, top)
    sheet.text(60, top + 6, "Dear Mr. Okonkwo-Reyes,", 11)
    sheet.lines(
        60,
        top + 22,
        (
            "your cholesterol is higher than last year and your uric acid is slightly raised. Please start the diet that we",
            "discussed with your wife Yolanda on Monday, and book a visit at the front desk within four weeks.",
        ),
        11,
        14,
    )
    sheet.text(60, top + 68, "P. Vantongeren, NP", 13, font="Times-Italic")
    sheet.text(60, top + 82, "Electronically signed 04/22/2026 12:04", 9)
    sheet.text(
        306, 770, "[ ] marks the reference range.  H = above, L = below the range.  Page 1 of 1", 8.5, align="centre"
    )
    return sheet.finish()


def _panel(sheet: Sheet, report: Report, panel: Panel, top: float) -> float:
    sheet.text(60, top, panel.title, 11, bold=True)
    top += 15
    for result in panel.results:
        name = f"{result.name} "
        sheet.text(74, top, name + "." * (56 - len(name)), 9, font="Courier")
        printed = f"{result.value} {result.flag}".rstrip()
        sheet.text(386, top, printed, 11, bold=bool(result.flag))
        sheet.text(432, top, f"{result.unit} [{report.range_of(result)}]".strip(), 11)
        top += 14.5
        if result.note:
            sheet.text(88, top - 3, f"Note: {result.note}", 9, font="Times-Italic")
            top += 11
    return top + 8


REPORT = Report(
    "us_brackets.pdf",
    "one column with leader dots, ranges in square brackets after the unit, a letter below",
    "en",
    "2026-04-21",
    (
        Identifier("PERSON", "Desmond T. Okonkwo-Reyes"),
        Identifier("PERSON", "Okonkwo-Reyes"),
        Identifier("DATE_OF_BIRTH", "November 2, 1957"),
        Identifier("MRN", "CC-0093317"),
        Identifier("SSN", "987-65-4325"),
        Identifier("ADDRESS", "1903 E Cholla Vista Ct, Oro Valley, AZ 85737"),
        Identifier("PHONE", "520.555.0164"),
        Identifier("PHONE", "(520) 555-0137"),
        Identifier("PHONE", "(520) 555-0138"),
        Identifier("EMAIL", "d.okonkworeyes57@mail.example"),
        Identifier("EMAIL", "results@coppercanyon.example"),
        Identifier("ID", "XQH 884 102 667"),
        Identifier("PERSON", "Priscilla Vantongeren"),
        Identifier("PERSON", "P. Vantongeren"),
        Identifier("PERSON", "Yolanda"),
        Identifier("ACCESSION", "T26-118843"),
    ),
    (LIPIDS, DIABETES, PROSTATE),
    draw,
)

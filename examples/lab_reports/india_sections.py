"""An Indian diagnostic chain: one section a test, a line with the method, counts grouped as lakhs."""

from __future__ import annotations

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

_RED = "#a3212e"

HAEMOGRAM = Panel(
    "HAEMOGRAM",
    (
        Result("HAEMOGLOBIN (Hb)", "718-7", "10.2", "g/dL", "13.0", "17.0", "L", note="SLS Haemoglobin"),
        Result(
            "TOTAL LEUCOCYTE COUNT (TLC)",
            "6690-2",
            "9,400",
            "/cumm",
            "4,000",
            "10,000",
            note="Fluorescence Flow Cytometry",
        ),
        Result("RBC COUNT", "789-8", "3.92", "mill/cumm", "4.50", "5.50", "L", note="Electrical Impedance"),
        Result("PLATELET COUNT", "777-3", "2,45,000", "/cumm", "1,50,000", "4,10,000", note="Electrical Impedance"),
        Result("ESR", "4537-7", "41", "mm/hr", "0", "15", "H", note="Modified Westergren"),
    ),
    specimen="blood",
)
VITAMINS = Panel(
    "VITAMINS",
    (
        Result("VITAMIN B12", "2132-9", "<125", "pg/mL", "187", "833", "L", note="C.M.I.A"),
        Result("25-OH VITAMIN D (TOTAL)", None, "14.6", "ng/mL", "30.0", "100.0", "L", note="C.L.I.A"),
    ),
)
SUGAR = Panel(
    "DIABETES SCREEN",
    (
        Result("GLUCOSE FASTING", "2345-7", "131", "mg/dL", "70", "100", "H", note="Hexokinase"),
        Result("HBA1C", "4548-4", "7.1", "%", high="5.7", flag="H", note="H.P.L.C"),
    ),
    page=2,
)
RENAL = Panel(
    "KIDNEY AND ELECTROLYTES",
    (
        Result("SERUM CREATININE", "2160-0", "1.02", "mg/dL", "0.60", "1.30", note="Modified Jaffe, Kinetic"),
        Result("BLOOD UREA NITROGEN", "3094-0", "13.4", "mg/dL", "7.0", "25.0", note="Kinetic UV"),
        Result("SODIUM", "2951-2", "139.0", "mmol/L", "136.0", "145.0", note="I.S.E Indirect"),
        Result("POTASSIUM", "2823-3", "4.86", "mmol/L", "3.50", "5.10", note="I.S.E Indirect"),
    ),
    page=2,
)
THYROID = Panel(
    "THYROID",
    (Result("TSH - ULTRASENSITIVE", "3016-3", "6.92", "µIU/mL", "0.35", "4.94", "H", note="C.M.I.A"),),
    page=2,
)


def draw(report: Report) -> bytes:
    """Draw the two pages."""
    sheet = Sheet("Diagnostic report")
    for page in (1, 2):
        if page == 2:
            sheet.next_page()
        top = _head(sheet)
        for panel in report.panels:
            if panel.page == page:
                top = _sections(sheet, report, panel, top)
        if page == 2:
            sheet.text(40, top + 6, "** End of report **", 9, bold=True)
            sheet.lines(
                40,
                top + 22,
                (
                    "Interpretation: findings suggest Addison-Biermer type anaemia and diabetes mellitus. Mr. Krishnamurthy is advised to",
                    "meet Dr. Sunita Bhattacharjee with this report. For home visits contact Raghav on +91 98300 55214.",
                ),
            )
        _foot(sheet, page)
    return sheet.finish()


def _head(sheet: Sheet) -> float:
    sheet.box(40, 28, 92, 60, fill=_RED, stroke=None)
    sheet.text(66, 50, "SAI", 16, bold=True, align="centre", colour="#ffffff")
    sheet.text(102, 44, "SAI AROGYA DIAGNOSTICS", 15, bold=True, colour=_RED)
    sheet.text(102, 57, "Plot 27, Hindustan Park, Gariahat, Kolkata 700029   Toll free 1800 555 0126", 8)
    sheet.barcode(470, 30, "7740239118")
    sheet.text(470, 58, "7740239118", 7)
    sheet.rule(40, 555, 68, 1.2, _RED)
    rows = (
        ("NAME", ": MR. VENKATESH KRISHNAMURTHY (61Y/M)", "BARCODE NO", ": 7740239118"),
        ("REF. BY", ": DR. SUNITA BHATTACHARJEE (MD)", "SAMPLE COLLECTED ON", ": 08 Jun 2026 06:55"),
        ("UHID", ": SAD/KOL/0092271", "SAMPLE RECEIVED ON", ": 08 Jun 2026 09:20"),
        ("MOBILE", ": +91 98300 55172", "REPORT RELEASED ON", ": 08 Jun 2026 17:45"),
        ("ADDRESS", ": Flat 4C, Shantiniketan Apts, 19 Lake View Rd", "SAMPLE TYPE", ": EDTA BLOOD / SERUM"),
        ("", "  Kolkata 700029", "AADHAAR NO", ": 2345 6789 0124"),
    )
    for number, (label, value, other_label, other) in enumerate(rows):
        top = 84 + number * 12.5
        sheet.text(40, top, label, 8, bold=True)
        sheet.text(86, top, value, 8)
        sheet.text(338, top, other_label, 8, bold=True)
        sheet.text(440, top, other, 8)
    sheet.rule(40, 555, 154, 1.2, _RED)
    return 174.0


def _sections(sheet: Sheet, report: Report, panel: Panel, top: float) -> float:
    sheet.text(297, top, panel.title, 10.5, bold=True, align="centre", colour=_RED)
    top += 16
    for result in panel.results:
        sheet.box(40, top - 10, 555, top + 5, fill="#f6e9ea", stroke=None)
        for x, title in ((46, "TEST NAME"), (250, "TECHNOLOGY"), (390, "VALUE"), (470, "UNITS")):
            sheet.text(x, top, title, 7.5, bold=True)
        top += 18
        sheet.text(46, top, result.name, 9, bold=True)
        sheet.text(250, top, result.note, 8.5)
        sheet.text(390, top, result.value, 10, bold=True)
        sheet.text(436, top, result.flag, 9, bold=True, colour=_RED)
        sheet.text(470, top, result.unit, 9)
        top += 14
        sheet.text(46, top, f"Bio. Ref. Interval. : {report.range_of(result)}", 8.5)
        top += 12
        sheet.text(46, top, f"Method : {result.note}", 7.5, colour="#555555")
        top += 22
    return top


def _foot(sheet: Sheet, page: int) -> None:
    sheet.text(40, 780, "Dr. Ananya Sengupta, MD (Path)", 8.5, bold=True)
    sheet.text(40, 791, "Reg. No. WBMC 64418", 7.5)
    sheet.rule(40, 555, 800, 0.6, _RED)
    sheet.text(40, 812, "Results relate only to the sample tested.  customer@saiarogya.example", 7.5)
    sheet.text(555, 812, f"Page : {page} of 2", 7.5, align="right")


REPORT = Report(
    "india_sections.pdf",
    "one section a test with technology and method lines, counts grouped as lakhs; two pages",
    "en",
    "2026-06-08",
    (
        Identifier("PERSON", "VENKATESH KRISHNAMURTHY"),
        Identifier("PERSON", "Krishnamurthy"),
        Identifier("PERSON", "SUNITA BHATTACHARJEE"),
        Identifier("PERSON", "Sunita Bhattacharjee"),
        Identifier("PERSON", "Raghav"),
        Identifier("PERSON", "Ananya Sengupta"),
        Identifier("MRN", "SAD/KOL/0092271"),
        Identifier("ACCESSION", "7740239118"),
        Identifier("NATIONAL_ID", "2345 6789 0124"),
        Identifier("PHONE", "+91 98300 55172"),
        Identifier("PHONE", "+91 98300 55214"),
        Identifier("PHONE", "1800 555 0126"),
        Identifier("ADDRESS", "Flat 4C, Shantiniketan Apts, 19 Lake View Rd"),
        Identifier("EMAIL", "customer@saiarogya.example"),
        Identifier("ID", "WBMC 64418"),
    ),
    (HAEMOGRAM, VITAMINS, SUGAR, RENAL, THYROID),
    draw,
    between=" - ",
    below="< ",
)

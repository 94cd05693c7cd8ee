"""A hospital of the United Kingdom: two columns of results side by side, SI units, an asterisk before what is out of range."""

from __future__ import annotations

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

_TEAL = "#005a70"

HAEMATOLOGY = Panel(
    "FULL BLOOD COUNT",
    (
        Result("Haemoglobin estimation", "718-7", "151", "g/L", "130", "180"),
        Result("Total white cell count", "6690-2", "3.6", "10*9/L", "4.0", "11.0", "*"),
        Result("Platelet count", "777-3", "138", "10*9/L", "150", "450", "*"),
        Result("Red blood cell count", "789-8", "4.62", "10*12/L", "4.50", "6.50"),
        Result("Haematocrit", "4544-3", "0.452", "L/L", "0.400", "0.540"),
        Result("Mean cell volume", "787-2", "97.8", "fL", "80.0", "100.0"),
        Result("Mean cell haemoglobin level", "785-6", "32.7", "pg", "27.0", "32.0", "*"),
        Result("Neutrophil count", "751-8", "1.7", "10*9/L", "1.8", "7.5", "*"),
        Result("Lymphocyte count", "731-0", "1.3", "10*9/L", "1.0", "4.0"),
        Result("Monocyte count", "742-7", "0.5", "10*9/L", "0.2", "1.0"),
        Result("Eosinophil count", "711-2", "0.1", "10*9/L", "0.0", "0.4"),
        Result("Basophil count", "704-7", "0.0", "10*9/L", "0.0", "0.1"),
        Result("Erythrocyte sedimentation rate", "4537-7", "9", "mm/h", "1", "15"),
    ),
    specimen="blood",
)
DIABETES = Panel(
    "GLYCATED HAEMOGLOBIN",
    (Result("HbA1c level (IFCC standardised)", "59261-8", "44", "mmol/mol", "20", "41", "*"),),
    specimen="blood",
)
CLOTTING = Panel(
    "COAGULATION",
    (
        Result("Prothrombin time", "5902-2", "13.9", "s", "9.5", "13.5", "*"),
        Result("International normalised ratio", "6301-6", "1.2", "", "0.8", "1.2"),
    ),
    specimen="plasma",
)
BIOCHEMISTRY = Panel(
    "UREA, ELECTROLYTES AND BONE",
    (
        Result("Serum sodium", "2951-2", "137", "mmol/L", "133", "146"),
        Result("Serum potassium", "2823-3", "4.9", "mmol/L", "3.5", "5.3"),
        Result("Serum urea level", "22664-7", "7.1", "mmol/L", "2.5", "7.8"),
        Result("Serum creatinine", "14682-9", "96", "umol/L", "59", "104"),
        Result("Serum albumin", "1751-7", "34", "g/L", "35", "50", "*"),
        Result("Serum adjusted calcium", "29265-6", "2.41", "mmol/L", "2.20", "2.60"),
        Result("Serum inorganic phosphate", "14879-1", "1.08", "mmol/L", "0.80", "1.50"),
    ),
)
LIVER = Panel(
    "LIVER FUNCTION TESTS",
    (
        Result("Serum total bilirubin", "14631-6", "31", "umol/L", high="21", flag="*"),
        Result("Serum alkaline phosphatase", "6768-6", "142", "u/L", "30", "130", "*"),
        Result("Serum ALT level", "1742-6", "67", "u/L", high="50", flag="*"),
        Result("Serum gamma-GT", "2324-2", "214", "u/L", high="71", flag="*"),
        Result("Serum ferritin", "2276-4", "612", "ug/L", "22", "322", "*"),
    ),
)
THYROID = Panel(
    "THYROID FUNCTION",
    (
        Result("Serum TSH level", "3016-3", "1.94", "mu/L", "0.27", "4.20"),
        Result("Serum free T4", "14920-3", "16.2", "pmol/L", "12.0", "22.0"),
    ),
)


def draw(report: Report) -> bytes:
    """Draw the page."""
    sheet = Sheet("Combined pathology report")
    sheet.text(36, 42, "Saltmarsh and Fenland Hospitals", 15, bold=True, colour=_TEAL)
    sheet.text(36, 56, "Department of Blood Sciences, Quay Road, King's Lynn PE30 4XX", 8.5, colour="#333333")
    sheet.text(559, 42, "COMBINED PATHOLOGY REPORT", 10, bold=True, align="right")
    sheet.text(559, 56, "Enquiries 01632 960417   pathology@saltmarsh-hospitals.example", 8, align="right")
    _patient(sheet)
    left = 188.0
    for panel in (HAEMATOLOGY, DIABETES, CLOTTING):
        left = _panel(sheet, report, panel, 36, left)
    right = 188.0
    for panel in (BIOCHEMISTRY, LIVER, THYROID):
        right = _panel(sheet, report, panel, 306, right)
    top = max(left, right) + 4
    sheet.rule(36, 559, top)
    sheet.text(36, top + 14, "Clinical comment", bold=True)
    sheet.lines(
        36,
        top + 27,
        (
            "Cholestatic pattern with mild thrombocytopenia. Suggest hepatitis serology and abdominal ultrasound. Mr Pemberton-Hale's",
            "previous GGT was 188 u/L (14 Nov 2025). Discussed with Dr Siobhan Rafferty, on-call registrar, bleep 4471.",
            "Gilbert's syndrome is unlikely. Copy to: Dr H. Lindqvist, Gastroenterology.",
        ),
    )
    sheet.text(
        36,
        806,
        "* outside the reference range.   Authorised by: Dr Imran Chaudhary, Consultant Chemical Pathologist   12-Feb-2026 16:32",
        7.5,
    )
    sheet.text(559, 820, "Page 1 of 1", 7.5, align="right")
    return sheet.finish()


def _patient(sheet: Sheet) -> None:
    sheet.box(36, 68, 559, 166, stroke=_TEAL, radius=4)
    sheet.pair(46, 84, "Surname", "PEMBERTON-HALE", 62)
    sheet.pair(46, 98, "Forename", "Rupert Aloysius", 62)
    sheet.pair(46, 112, "Born", "03-Jan-1949 (77 y)", 62)
    sheet.pair(46, 126, "Sex", "Male", 62)
    sheet.pair(46, 140, "Address", "Old Ferry Cottage, 7 Staithe Lane,", 62)
    sheet.text(108, 152, "Burnham Wick, Norfolk PE31 8ZZ", bold=True)
    sheet.pair(310, 84, "NHS Number", "999 000 0018", 78)
    sheet.pair(310, 98, "Hospital No", "SF4471902", 78)
    sheet.pair(310, 112, "Lab No", "26.0884123.Y", 78)
    sheet.pair(310, 126, "Collected", "12-Feb-2026 09:14", 78)
    sheet.pair(310, 140, "Requested by", "Dr Geraint Prosser, GP", 78)
    sheet.pair(310, 154, "Source", "Marshside Surgery   Tel 01632 960229", 78)


def _panel(sheet: Sheet, report: Report, panel: Panel, x: float, top: float) -> float:
    sheet.box(x, top - 9, x + 253, top + 4, fill="#d9ecef", stroke=None)
    sheet.text(x + 4, top, panel.title, 8, bold=True)
    top += 14
    for result in panel.results:
        sheet.text(x + 4, top, result.name, 8)
        sheet.text(x + 134, top, result.flag, 8, bold=True)
        sheet.text(x + 164, top, result.value, 8, bold=bool(result.flag), align="right")
        sheet.text(x + 169, top, result.unit, 8)
        sheet.text(x + 251, top, f"({report.range_of(result)})", 8, align="right")
        top += 12
    return top + 9


REPORT = Report(
    "uk_two_columns.pdf",
    "two columns of panels side by side, SI units, asterisk before the value, ranges in round brackets",
    "en",
    "2026-02-12",
    (
        Identifier("PERSON", "PEMBERTON-HALE"),
        Identifier("PERSON", "Rupert Aloysius"),
        Identifier("PERSON", "Pemberton-Hale"),
        Identifier("DATE_OF_BIRTH", "03-Jan-1949"),
        Identifier("ADDRESS", "Old Ferry Cottage, 7 Staithe Lane"),
        Identifier("ADDRESS", "Burnham Wick, Norfolk PE31 8ZZ"),
        Identifier("NHS", "999 000 0018"),
        Identifier("MRN", "SF4471902"),
        Identifier("ACCESSION", "26.0884123.Y"),
        Identifier("PERSON", "Geraint Prosser"),
        Identifier("PHONE", "01632 960229"),
        Identifier("PHONE", "01632 960417"),
        Identifier("EMAIL", "pathology@saltmarsh-hospitals.example"),
        Identifier("PERSON", "Siobhan Rafferty"),
        Identifier("PERSON", "H. Lindqvist"),
        Identifier("PERSON", "Imran Chaudhary"),
    ),
    (HAEMATOLOGY, DIABETES, CLOTTING, BIOCHEMISTRY, LIVER, THYROID),
    draw,
    between=" - ",
    below="<",
)

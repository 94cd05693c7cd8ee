"""A reference laboratory of the United States: a table with flag, previous result and its date, over two pages."""

from __future__ import annotations

from reportlab.lib.pagesizes import LETTER

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

_BLUE = "#1f4e79"

BLOOD_COUNT = Panel(
    "CBC With Differential/Platelet",
    (
        Result("WBC", "6690-2", "11.8", "x10E3/uL", "3.4", "10.8", "High", "7.2"),
        Result("RBC", "789-8", "4.05", "x10E6/uL", "3.77", "5.28", "", "4.21"),
        Result("Hemoglobin", "718-7", "10.9", "g/dL", "11.1", "15.9", "Low", "12.4"),
        Result("Hematocrit", "4544-3", "33.6", "%", "34.0", "46.6", "Low", "37.9"),
        Result("MCV", "787-2", "83", "fL", "79", "97", "", "90"),
        Result("MCH", "785-6", "26.9", "pg", "26.6", "33.0", "", "29.5"),
        Result("MCHC", "786-4", "32.4", "g/dL", "31.5", "35.7", "", "32.7"),
        Result("RDW", "788-0", "15.6", "%", "11.7", "15.4", "High", "13.1"),
        Result("Platelets", "777-3", "392", "x10E3/uL", "150", "450", "", "344"),
        Result("Neutrophils", "770-8", "71", "%", normal="Not Estab.", previous="58"),
        Result("Lymphs", "736-9", "20", "%", normal="Not Estab.", previous="31"),
        Result("Monocytes", "5905-5", "6", "%", normal="Not Estab.", previous="7"),
        Result("Eos", "713-8", "2", "%", normal="Not Estab.", previous="3"),
        Result("Basos", "706-2", "1", "%", normal="Not Estab.", previous="1"),
        Result("Neutrophils (Absolute)", "751-8", "8.4", "x10E3/uL", "1.4", "7.0", "High", "4.2"),
        Result("Lymphs (Absolute)", "731-0", "2.4", "x10E3/uL", "0.7", "3.1", "", "2.2"),
    ),
    specimen="blood",
)
METABOLIC = Panel(
    "Comp. Metabolic Panel (14)",
    (
        Result("Glucose", "2345-7", "112", "mg/dL", "70", "99", "High", "94"),
        Result("BUN", "3094-0", "17", "mg/dL", "6", "24", "", "15"),
        Result("Creatinine", "2160-0", "0.81", "mg/dL", "0.57", "1.00", "", "0.78"),
        Result("eGFR", None, "86", "mL/min/1.73", low="59", previous="90"),
        Result("Sodium", "2951-2", "139", "mmol/L", "134", "144", "", "141"),
        Result("Potassium", "2823-3", "4.4", "mmol/L", "3.5", "5.2", "", "4.1"),
        Result("Chloride", "2075-0", "103", "mmol/L", "96", "106", "", "104"),
        Result("Carbon Dioxide, Total", "2028-9", "23", "mmol/L", "20", "29", "", "24"),
        Result("Calcium", "17861-6", "9.2", "mg/dL", "8.7", "10.2", "", "9.4"),
        Result("Protein, Total", "2885-2", "6.9", "g/dL", "6.0", "8.5", "", "7.0"),
        Result("Albumin", "1751-7", "4.1", "g/dL", "3.8", "4.9", "", "4.3"),
        Result("Bilirubin, Total", "1975-2", "<0.2", "mg/dL", "0.0", "1.2", "", "0.3"),
        Result("Alkaline Phosphatase", "6768-6", "128", "IU/L", "44", "121", "High", "97"),
        Result("AST (SGOT)", "1920-8", "19", "IU/L", "0", "40", "", "21"),
        Result("ALT (SGPT)", "1742-6", "14", "IU/L", "0", "32", "", "16"),
    ),
)
IRON = Panel(
    "Iron and TIBC",
    (
        Result("Iron Bind.Cap.(TIBC)", "2500-7", "451", "ug/dL", "250", "450", "High", "388"),
        Result("Iron", "2498-4", "24", "ug/dL", "27", "159", "Low", "61"),
        Result("Iron Saturation", "2502-3", "5", "%", "15", "55", "Low", "16"),
        Result("Ferritin", "2276-4", "8", "ng/mL", "15", "150", "Low", "29"),
    ),
    page=2,
)
THYROID = Panel(
    "Thyroid and Inflammation",
    (
        Result("TSH", "3016-3", "2.310", "uIU/mL", "0.450", "4.500", "", "1.980"),
        Result("T4,Free(Direct)", "3024-7", "1.12", "ng/dL", "0.82", "1.77", "", "1.20"),
        Result("C-Reactive Protein, Quant", "1988-5", "14", "mg/L", "0", "10", "High", "3"),
        Result("Sedimentation Rate-Westergren", "4537-7", "36", "mm/hr", "0", "40", "", "18"),
    ),
    page=2,
)
_COLUMNS = (
    (40, "Test"), (198, "Current Result and Flag"), (316, "Previous Result and Date"), (436, "Units"), (502, "Reference Interval"),
)  # fmt: skip


def draw(report: Report) -> bytes:
    """Draw the two pages."""
    sheet = Sheet("Laboratory report 326-114-7709-0", LETTER)
    top = _head(sheet, 1)
    for panel in (BLOOD_COUNT, METABOLIC):
        top = _panel(sheet, report, panel, top)
    _foot(sheet, 1)
    sheet.next_page()
    top = _head(sheet, 2)
    for panel in (IRON, THYROID):
        top = _panel(sheet, report, panel, top)
    sheet.box(40, top, 572, top + 62, fill="#f2f6fa", stroke="#9db4cc")
    sheet.text(48, top + 14, "Comments", bold=True)
    sheet.lines(
        48,
        top + 27,
        (
            "Microcytosis with low ferritin fits iron deficiency. Ms. Whitlock reports no bleeding; result phoned to Dr. Adebayo",
            "on 03/12/2026 at 4:41 PM. Please repeat the blood count in six weeks. Questions: 207-555-0190.",
            "eGFR by the CKD-EPI 2021 equation. Sedimentation rate by the Westergren method.",
        ),
        8,
    )
    _foot(sheet, 2)
    return sheet.finish()


def _head(sheet: Sheet, page: int) -> float:
    sheet.box(0, 0, sheet.width, 44, fill=_BLUE, stroke=None)
    sheet.text(40, 28, "RIDGELINE REFERENCE LABORATORIES", 14, bold=True, colour="#ffffff")
    sheet.text(572, 28, "Patient Report", 12, align="right", colour="#ffffff")
    sheet.text(40, 60, "Specimen ID: 326-114-7709-0", bold=True)
    sheet.text(40, 72, "Control ID: B0048812073")
    sheet.text(306, 60, "Acct #: 18820451", align="centre")
    sheet.text(572, 60, "Phone: (207) 555-0142", align="right")
    sheet.text(572, 72, "Bayview Family Medicine, 88 Harbor St Ste 210, Portland ME 04101", align="right")
    if page == 1:
        sheet.text(40, 92, "WHITLOCK, MARGUERITE A", 11, bold=True)
        sheet.lines(40, 104, ("2217 Juniper Hollow Rd", "Falmouth, ME 04105", "Phone: (207) 555-0118"))
        sheet.text(226, 92, "Patient Details", bold=True)
        sheet.lines(226, 104, ("DOB: 07/29/1968", "Age(y/m/d): 057/07/11", "Gender: F", "Patient ID: MRN-40718823"))
        sheet.text(346, 92, "Specimen Details", bold=True)
        sheet.lines(
            346,
            104,
            (
                "Date collected: 03/11/2026 0812",
                "Date received: 03/11/2026",
                "Date entered: 03/11/2026",
                "Date reported: 03/12/2026 1507",
            ),
        )
        sheet.text(478, 92, "Physician Details", bold=True)
        sheet.lines(478, 104, ("Ordering: T ADEBAYO", "Referring:", "ID: 5520917", "NPI: 1497758544"))
        sheet.text(40, 158, "General Comments & Additional Information", bold=True)
        sheet.text(
            40, 169, "Alternate Control Number: B0048812073    Alternate Patient ID: 40718823-ME    Fasting: Yes"
        )
        top = 186.0
    else:
        sheet.text(40, 92, "Patient: WHITLOCK, MARGUERITE A", bold=True)
        sheet.text(250, 92, "DOB: 07/29/1968")
        sheet.text(340, 92, "Patient ID: MRN-40718823")
        sheet.text(572, 92, "Date collected: 03/11/2026 0812", align="right")
        top = 112.0
    sheet.box(40, top - 10, 572, top + 5, fill="#dfe8f1", stroke=None)
    for x, title in _COLUMNS:
        sheet.text(x, top, title, 8, bold=True)
    return top + 16


def _panel(sheet: Sheet, report: Report, panel: Panel, top: float) -> float:
    sheet.text(40, top, panel.title, 9, bold=True)
    top += 12
    for result in panel.results:
        flagged = bool(result.flag)
        sheet.text(50, top, result.name)
        sheet.text(198, top, result.value, bold=flagged)
        sheet.text(250, top, result.flag, bold=True)
        sheet.text(316, top, result.previous)
        sheet.text(362, top, "09/04/2025")
        sheet.text(436, top, result.unit)
        sheet.text(502, top, report.range_of(result))
        top += 12.4
    sheet.rule(40, 572, top - 6, 0.3, "#999999")
    return top + 8


def _foot(sheet: Sheet, page: int) -> None:
    sheet.rule(40, 572, 744)
    sheet.text(40, 756, "Date Created and Stored 03/12/26 1507 ET   Final Report", 7.5)
    sheet.text(572, 756, f"Page {page} of 2", 7.5, align="right")
    sheet.text(
        40,
        767,
        "Ridgeline Reference Laboratories, 1500 Millrace Dr, Manchester NH 03101   Lab Director: Elena Marchetti, MD",
        7,
    )


REPORT = Report(
    "us_columns.pdf",
    "table with flag, previous result and date; two pages",
    "en",
    "2026-03-11",
    (
        Identifier("PERSON", "WHITLOCK, MARGUERITE A"),
        Identifier("PERSON", "Whitlock"),
        Identifier("DATE_OF_BIRTH", "07/29/1968"),
        Identifier("MRN", "MRN-40718823"),
        Identifier("ID", "40718823-ME"),
        Identifier("ACCESSION", "326-114-7709-0"),
        Identifier("ACCESSION", "B0048812073"),
        Identifier("ID", "18820451"),
        Identifier("ADDRESS", "2217 Juniper Hollow Rd"),
        Identifier("ADDRESS", "Falmouth, ME 04105"),
        Identifier("PHONE", "(207) 555-0118"),
        Identifier("PHONE", "(207) 555-0142"),
        Identifier("PHONE", "207-555-0190"),
        Identifier("PERSON", "T ADEBAYO"),
        Identifier("PERSON", "Adebayo"),
        Identifier("ID", "5520917"),
        Identifier("ID", "1497758544"),
        Identifier("PERSON", "Elena Marchetti"),
    ),
    (BLOOD_COUNT, METABOLIC, IRON, THYROID),
    draw,
)

"""A German laboratory: decimal commas, plus and minus as flags, conventional units, the previous value at the end."""

from __future__ import annotations

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

_GREEN = "#2e5d3a"

BLOOD_COUNT = Panel(
    "Kleines Blutbild",
    (
        Result("Leukozyten", "6690-2", "12,4", "/nl", "3,9", "10,2", "+", "8,1"),
        Result("Erythrozyten", "789-8", "4,41", "/pl", "3,90", "5,20", "", "4,38"),
        Result("Hämoglobin", "718-7", "13,2", "g/dl", "12,0", "15,6", "", "13,4"),
        Result("Hämatokrit", "4544-3", "39,7", "%", "35,5", "45,5", "", "40,0"),
        Result("MCV", "787-2", "90,0", "fl", "80,0", "99,0", "", "91,3"),
        Result("MCH", "785-6", "29,9", "pg", "27,0", "33,5", "", "30,6"),
        Result("MCHC", "786-4", "33,2", "g/dl", "31,5", "36,0", "", "33,5"),
        Result("Thrombozyten", "777-3", "436", "/nl", "150", "370", "+", "312"),
    ),
    specimen="blood",
)
CHEMISTRY = Panel(
    "Klinische Chemie",
    (
        Result("Natrium", "2951-2", "134", "mmol/l", "136", "145", "-", "139"),
        Result("Kalium", "2823-3", "3,9", "mmol/l", "3,5", "5,1", "", "4,2"),
        Result("Calcium", "2000-8", "2,31", "mmol/l", "2,20", "2,55", "", "2,35"),
        Result("Kreatinin (Jaffé)", "2160-0", "1,12", "mg/dl", "0,50", "0,90", "+", "0,84"),
        Result("GFR (CKD-EPI)", None, "53", "ml/min/1,73m²", low="60", flag="-", previous="75"),
        Result("Harnsäure", "3084-1", "5,4", "mg/dl", "2,4", "5,7", "", "5,1"),
        Result("Bilirubin gesamt", "1975-2", "0,6", "mg/dl", high="1,2", previous="0,5"),
        Result("GOT (AST)", "1920-8", "24", "U/l", high="35", previous="22"),
        Result("GPT (ALT)", "1742-6", "29", "U/l", high="35", previous="26"),
        Result("Gamma-GT", "2324-2", "58", "U/l", high="40", flag="+", previous="37"),
        Result("CRP", "1988-5", "47,3", "mg/l", high="5,0", flag="+", previous="<0,6"),
        Result("Ferritin", "2276-4", "218", "ng/ml", "15", "150", "+", "96"),
    ),
)
LIPIDS = Panel(
    "Fettstoffwechsel",
    (
        Result("Cholesterin gesamt", "2093-3", "221", "mg/dl", high="200", flag="+", previous="214"),
        Result("HDL-Cholesterin", "2085-9", "57", "mg/dl", low="45", previous="59"),
        Result("LDL-Cholesterin", "13457-7", "139", "mg/dl", high="116", flag="+", previous="133"),
        Result("Triglyceride", "2571-8", "124", "mg/dl", high="150", previous="111"),
    ),
)
THYROID = Panel("Schilddrüse", (Result("TSH basal", "3016-3", "0,18", "mU/l", "0,27", "4,20", "-", "0,64"),))


def draw(report: Report) -> bytes:
    """Draw the page."""
    sheet = Sheet("Laborbefund")
    sheet.disc(62, 48, 17, _GREEN)
    sheet.text(62, 53, "MVZ", 11, bold=True, align="centre", colour="#ffffff")
    sheet.text(90, 44, "Labor Ostufer MVZ GmbH", 15, bold=True, colour=_GREEN)
    sheet.text(90, 58, "Medizinisches Versorgungszentrum für Labordiagnostik · Werftstraße 19 · 24143 Kiel", 8)
    sheet.text(90, 69, "Telefon 0431 5550 183 · Telefax 0431 5550 184 · befund@labor-ostufer.example", 8)
    sheet.rule(45, 550, 78, 1, _GREEN)
    sheet.text(45, 96, "Gemeinschaftspraxis Dr. med. Wiebke Thomsen und Dr. med. Jörg Petersen", 8)
    sheet.text(45, 107, "Holtenauer Straße 311, 24106 Kiel", 8)
    _patient(sheet)
    sheet.text(45, 226, "Endbefund", 12, bold=True)
    top = 246.0
    for x, title in ((45, "Untersuchung"), (290, "Einheit"), (370, "Referenzbereich"), (550, "Vorwert 18.11.25")):
        sheet.text(x, top, title, 8.5, bold=True, align="right" if x == 550 else "left")
    sheet.text(258, top, "Ergebnis", 8.5, bold=True, align="right")
    sheet.rule(45, 550, top + 4)
    top += 18
    for panel in report.panels:
        top = _panel(sheet, report, panel, top)
    sheet.text(45, top + 4, "Beurteilung", bold=True)
    sheet.lines(
        45,
        top + 16,
        (
            "Entzündungskonstellation mit eingeschränkter Nierenfunktion. Bei Frau Kröger-Brandt empfehlen wir eine Kontrolle von",
            "Kreatinin, CRP und freien Schilddrüsenhormonen in 14 Tagen. Telefonische Durchsage an Frau Dr. Thomsen am 20.05.2026.",
        ),
        8.5,
    )
    sheet.text(
        45,
        800,
        "Erläuterung: + erhöht, - erniedrigt. Medizinisch validiert: Prof. Dr. med. Ulrich Seibold, Facharzt für Laboratoriumsmedizin",
        7.5,
    )
    sheet.text(550, 815, "Seite 1 von 1", 7.5, align="right")
    return sheet.finish()


def _patient(sheet: Sheet) -> None:
    sheet.box(45, 118, 550, 206, fill="#f3f7f3", stroke=_GREEN)
    rows = (
        ("Patient", "Kröger-Brandt, Annegret", "Auftragsnummer", "2605-190377"),
        ("Geburtsdatum", "14.08.1953 (W)", "Entnahme", "19.05.2026 07:40"),
        ("Anschrift", "Am Nordhafen 6a, 24114 Kiel", "Eingang", "19.05.2026 10:05"),
        ("Telefon", "0431 5550 199", "Ausgang", "20.05.2026 13:22"),
        ("Krankenkasse", "Nordlicht BKK (GKV)", "Patienten-Nr.", "881-40276"),
        ("Versichertennr.", "A123456780", "Einsender", "Dr. med. W. Thomsen"),
    )
    for number, (label, value, other_label, other) in enumerate(rows):
        sheet.pair(53, 133 + number * 13, label, value, 72)
        sheet.pair(330, 133 + number * 13, other_label, other, 78)


def _panel(sheet: Sheet, report: Report, panel: Panel, top: float) -> float:
    sheet.text(45, top, panel.title, 9, bold=True, colour=_GREEN)
    top += 13
    for result in panel.results:
        sheet.text(53, top, result.name)
        sheet.text(258, top, result.value, bold=bool(result.flag), align="right")
        sheet.text(266, top, result.flag, bold=True)
        sheet.text(290, top, result.unit)
        sheet.text(370, top, report.range_of(result))
        sheet.text(550, top, result.previous, align="right", colour="#555555")
        top += 12.5
    return top + 5


REPORT = Report(
    "de_befund.pdf",
    "Befund: decimal commas, plus and minus as flags, previous value in the last column",
    "de",
    "2026-05-19",
    (
        Identifier("PERSON", "Kröger-Brandt, Annegret"),
        Identifier("PERSON", "Kröger-Brandt"),
        Identifier("DATE_OF_BIRTH", "14.08.1953"),
        Identifier("ADDRESS", "Am Nordhafen 6a, 24114 Kiel"),
        Identifier("PHONE", "0431 5550 199"),
        Identifier("PHONE", "0431 5550 183"),
        Identifier("PHONE", "0431 5550 184"),
        Identifier("EMAIL", "befund@labor-ostufer.example"),
        Identifier("NATIONAL_ID", "A123456780"),
        Identifier("ACCESSION", "2605-190377"),
        Identifier("MRN", "881-40276"),
        Identifier("PERSON", "Wiebke Thomsen"),
        Identifier("PERSON", "Jörg Petersen"),
        Identifier("PERSON", "Thomsen"),
        Identifier("PERSON", "Ulrich Seibold"),
    ),
    (BLOOD_COUNT, CHEMISTRY, LIPIDS, THYROID),
    draw,
    between=" - ",
    below="< ",
    above="> ",
    decimal=",",
)

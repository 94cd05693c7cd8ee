"""A French laboratory: decimal commas, each result in two units, the previous result with its date."""

from __future__ import annotations

from lab_reports.model import Identifier, Panel, Report, Result
from lab_reports.sheet import Sheet

_PLUM = "#5b2a5e"

HAEMATOLOGY = Panel(
    "HÉMATOLOGIE",
    (
        Result("Leucocytes", "6690-2", "5,84", "G/L", "4,00", "10,00", "", "6,10"),
        Result("Hématies", "789-8", "3,71", "T/L", "3,90", "5,40", "*", "4,02"),
        Result("Hémoglobine", "718-7", "11,4", "g/dL", "12,0", "15,5", "*", "12,3"),
        Result("Hématocrite", "4544-3", "34,9", "%", "35,0", "46,0", "*", "37,4"),
        Result("V.G.M.", "787-2", "94,1", "fL", "80,0", "98,0", "", "93,0"),
        Result("Plaquettes", "777-3", "287", "G/L", "150", "400", "", "301"),
        Result("Polynucléaires neutrophiles", "770-8", "56,2", "%", "40,0", "75,0", "", "58,8"),
        Result("Lymphocytes", "736-9", "33,0", "%", "20,0", "45,0", "", "30,9"),
        Result("Vitesse de sédimentation (1ère heure)", "4537-7", "22", "mm", high="20", flag="*", previous="14"),
    ),
    specimen="blood",
)
CHEMISTRY = Panel(
    "BIOCHIMIE SANGUINE",
    (
        Result(
            "Glycémie à jeun",
            "14749-6",
            "6,4",
            "mmol/L",
            "3,9",
            "6,1",
            "*",
            "5,8",
            second=("1,15", "g/L", "0,70", "1,10"),
        ),
        Result("Créatinine", "14682-9", "71", "µmol/L", "45", "84", "", "68", second=("8,0", "mg/L", "5,1", "9,5")),
        Result("DFG estimé (CKD-EPI)", None, ">90", "mL/min/1,73m²", low="60", previous=">90"),
        Result("Urée", "22664-7", "5,1", "mmol/L", "2,5", "7,5", "", "4,7", second=("0,31", "g/L", "0,15", "0,45")),
        Result("Acide urique", "14933-6", "312", "µmol/L", "155", "357", "", "298", second=("52", "mg/L", "26", "60")),
        Result("Potassium", "2823-3", "4,3", "mmol/L", "3,5", "5,1", "", "4,4"),
        Result("Ferritine", "2276-4", "11", "µg/L", "15", "150", "*", "19"),
        Result("Protéine C réactive (CRP)", "1988-5", "<1,0", "mg/L", high="5,0", previous="1,8"),
    ),
)
LIPIDS = Panel(
    "BILAN LIPIDIQUE",
    (
        Result(
            "Cholestérol total",
            "14647-2",
            "5,95",
            "mmol/L",
            high="5,20",
            flag="*",
            previous="5,40",
            second=("2,30", "g/L", "", "2,01"),
        ),
        Result(
            "Cholestérol HDL",
            "14646-4",
            "1,62",
            "mmol/L",
            low="1,00",
            previous="1,58",
            second=("0,63", "g/L", "0,39", ""),
        ),
        Result(
            "Triglycérides",
            "14927-8",
            "1,02",
            "mmol/L",
            high="1,70",
            previous="0,95",
            second=("0,89", "g/L", "", "1,49"),
        ),
    ),
)
HORMONES = Panel("HORMONOLOGIE", (Result("TSH 3e génération", "3016-3", "2,87", "mUI/L", "0,40", "4,00", "", "2,55"),))


def draw(report: Report) -> bytes:
    """Draw the page."""
    sheet = Sheet("Compte rendu d'analyses")
    sheet.text(40, 46, "Laboratoire des Trois Fontaines", 16, font="Times-BoldItalic", colour=_PLUM)
    sheet.lines(
        40,
        60,
        (
            "Laboratoire de biologie médicale · SELAS BIOFONTAINES",
            "14 bis, rue du Vieux-Lavoir, 69005 Lyon · Tél. 01 99 00 41 72 · contact@trois-fontaines.example",
            "Biologistes : Mme Solène Vasseur-Ricard, M. Benoît Taillandier",
        ),
        8,
    )
    sheet.box(300, 96, 555, 172, stroke=_PLUM, radius=6)
    sheet.lines(
        310,
        111,
        (
            "Madame DELAUNAY Héloïse",
            "née ROCHEBRUNE",
            "28 allée des Tilleuls",
            "69110 Sainte-Foy-lès-Lyon",
            "Port. 06 39 98 24 51",
        ),
        9,
        13.5,
    )
    sheet.lines(
        40,
        105,
        (
            "Dossier n° : 26K0419-2283",
            "Née le : 06/12/1979 (46 ans)   Sexe : F",
            "N° Sécurité sociale : 2 79 12 69 385 112 59",
            "Prescripteur : Dr Anselme KERVADEC",
            "Prélevé le 19/04/2026 à 08h05 par Mme C. Bazin (IDE)",
            "Édité le 19/04/2026 à 16h48",
        ),
        8.5,
        12.5,
    )
    top = 198.0
    sheet.text(330, top, "Valeurs de référence", 8, bold=True)
    sheet.text(555, top, "Antériorités", 8, bold=True, align="right")
    sheet.text(555, top + 9, "20/10/2025", 7.5, align="right")
    top += 24
    for panel in report.panels:
        top = _panel(sheet, report, panel, top)
    sheet.lines(
        40,
        top + 4,
        (
            "Conclusion : carence martiale probable avec anémie modérée. Résultats transmis au Dr KERVADEC par messagerie sécurisée.",
            "Mme DELAUNAY est invitée à reprendre contact avec son médecin.        Validé par : Solène Vasseur-Ricard",
        ),
        8.5,
    )
    sheet.rule(40, 555, 805, 0.6, _PLUM)
    sheet.text(
        40, 817, "* résultat hors des valeurs de référence. Accréditation et portée disponibles sur demande.", 7.5
    )
    sheet.text(555, 817, "Page 1/1", 7.5, align="right")
    return sheet.finish()


def _panel(sheet: Sheet, report: Report, panel: Panel, top: float) -> float:
    sheet.box(40, top - 9, 555, top + 4, fill="#efe6f0", stroke=None)
    sheet.text(297, top, panel.title, 9, bold=True, align="centre", colour=_PLUM)
    top += 15
    for result in panel.results:
        label = f"{result.name} "
        sheet.text(40, top, label + "." * int((196 - 4.4 * len(label)) / 2.4))
        sheet.text(240, top, result.flag, bold=True)
        _amounts(sheet, top, result.value, result.unit, f"({report.range_of(result)})", bold=bool(result.flag))
        sheet.text(555, top, result.previous, align="right")
        top += 11.8
        if result.second:
            value, unit, low, high = result.second
            _amounts(sheet, top, value, unit, f"({report.range_text(low, high)})", bold=False)
            top += 11.8
    return top + 5


def _amounts(sheet: Sheet, top: float, value: str, unit: str, normal: str, *, bold: bool) -> None:
    sheet.text(274, top, value, bold=bold, align="right")
    sheet.text(280, top, unit)
    sheet.text(345, top, normal)


REPORT = Report(
    "fr_bilan.pdf",
    "bilan: decimal commas, a second line with the second unit, antériorités, leader dots",
    "fr",
    "2026-04-19",
    (
        Identifier("PERSON", "DELAUNAY Héloïse"),
        Identifier("PERSON", "DELAUNAY"),
        Identifier("PERSON", "ROCHEBRUNE"),
        Identifier("ADDRESS", "28 allée des Tilleuls"),
        Identifier("ADDRESS", "69110 Sainte-Foy-lès-Lyon"),
        Identifier("PHONE", "06 39 98 24 51"),
        Identifier("PHONE", "01 99 00 41 72"),
        Identifier("EMAIL", "contact@trois-fontaines.example"),
        Identifier("ACCESSION", "26K0419-2283"),
        Identifier("DATE_OF_BIRTH", "06/12/1979"),
        Identifier("NATIONAL_ID", "2 79 12 69 385 112 59"),
        Identifier("PERSON", "Anselme KERVADEC"),
        Identifier("PERSON", "KERVADEC"),
        Identifier("PERSON", "C. Bazin"),
        Identifier("PERSON", "Solène Vasseur-Ricard"),
        Identifier("PERSON", "Benoît Taillandier"),
    ),
    (HAEMATOLOGY, CHEMISTRY, LIPIDS, HORMONES),
    draw,
    between=" à ",
    below="Inf. à ",
    above="Sup. à ",
    decimal=",",
)

"""Documents of many kinds, written for this test: what must go and what must stay."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser

CASES = {
    "sql insert": (
        (
            "INSERT INTO patients (id, first_name, last_name, dob, phone) VALUES (17, 'Tamika', 'Oduya', "
            "'1974-11-02', '(555) 019-2231');"
        ),
        ["Tamika", "Oduya", "1974-11-02", "019-2231"],
        ["INSERT INTO patients", "VALUES (17,"],
    ),
    "triage": (
        ("TRIAGE 14:32. Pt Harriet Lindqvist, 67F. HR 112, BP 148/92, SpO2 94%. NOK husband Tom 07700 900123."),
        ["Harriet", "Lindqvist", "Tom", "900123"],
        ["HR 112, BP 148/92, SpO2 94%", "14:32"],
    ),
    "chat": (
        ("[10:03] customer: my name is Deepa Ramanathan, acct 5519-2037\n[10:04] agent: Thanks Deepa."),
        ["Deepa", "Ramanathan", "5519-2037"],
        ["[10:03] customer:"],
    ),
    "log": (
        '2024-03-02T11:22:33Z ERROR auth failed for user jsmith42 from 203.0.113.77 name="John Smith"',
        ["jsmith42", "203.0.113.77", "Smith"],
        ["2024-03-02T11:22:33Z ERROR auth failed"],
    ),
    "dot leaders": (
        (
            "Patient . . . . . . . . . : Ingrid Halvorsen\n"
            "Date of birth . . . . . . : 03.03.1948\n"
            "Record . . . . . . . . . .: 77120456"
        ),
        ["Halvorsen", "1948", "77120456"],
        ["Patient . . . ."],
    ),
    "stacked without labels": (
        ("Patient\n  Ingrid Halvorsen\n  03.03.1948 (76 y) F\n  77120456\nRequester\n  Van den Berg, Pieter"),
        ["Halvorsen", "1948", "77120456", "Berg", "Pieter"],
        ["(76 y) F"],
    ),
    "cumulative": (
        (
            "O'CONNOR, SEAMUS PATRICK   U/N: A0093312   DOB: 17-Mar-1939   M\n"
            "Date   11/01   12/01\n"
            "Sodium   131 L   134   mmol/L   135-145"
        ),
        ["CONNOR", "SEAMUS", "A0093312", "1939"],
        ["Sodium   131 L   134   mmol/L   135-145"],
    ),
    "german prose": (
        (
            "Patient: Herr Dr. Klaus-Peter von der Heide, geb. 1.4.1951, wohnhaft Am Alten Markt 7, 18055 "
            "Rostock\n"
            "CRP 12,4 mg/l (< 5). Rückfragen: Fr. Schröder, Tel. 0381-494 7011"
        ),
        ["Klaus", "Heide", "1951", "Alten Markt", "Rostock", "Schröder", "494"],
        ["CRP 12,4 mg/l (< 5)"],
    ),
    "french header": (
        (
            "Nom : LEFÈVRE-MOREL   Prénom : Anne-Sophie\n"
            "Née le : 07/12/1983   Dossier : 24A118-553\n"
            "Glycémie à jeun ............ 0,92 g/L     (0,70 - 1,05)"
        ),
        ["MOREL", "Sophie", "1983", "24A118-553"],
        ["Glycémie à jeun ............ 0,92 g/L     (0,70 - 1,05)"],
    ),
    "italian header": (
        (
            "Paziente: DE LUCA Maria Grazia - C.F. DLCMGR62T54F839Z - nata a Napoli il 14/12/1962\n"
            "Emoglobina 12,1 g/dL 12,0 - 16,0"
        ),
        ["LUCA", "Grazia", "DLCMGR62T54F839Z", "14/12/1962"],
        ["Emoglobina 12,1 g/dL 12,0 - 16,0"],
    ),
    "polish prose": (
        (
            "Pacjentka: Małgorzata Wiśniewska-Nowak, ur. 02.05.1979, zam. ul. Długa 14/3, 31-147 Kraków, "
            "tel. 601 234 567\n"
            "Lekarz kierujący: lek. med. Jan Zieliński. TSH 5,12 uIU/ml (0,27-4,20) H"
        ),
        ["Małgorzata", "Nowak", "1979", "Długa", "601 234", "Zieliński"],
        ["TSH 5,12 uIU/ml (0,27-4,20) H"],
    ),
    "mail": (
        (
            "From: Helen Pritchard <h.pritchard@nhs.example>\n"
            "Hi Marcus, the biopsy on Mr Olamide Bakare (hosp no X884213) shows Barrett oesophagus, no "
            "dysplasia."
        ),
        ["Helen", "Pritchard", "Marcus", "Bakare", "X884213"],
        ["shows Barrett oesophagus, no dysplasia."],
    ),
}


@pytest.mark.ner
@pytest.mark.parametrize("name", CASES)
def test_documents(anonymiser: Anonymiser, name: str) -> None:
    text, hidden, kept = CASES[name]
    anonymised = anonymiser.anonymise(text).text
    assert [value for value in hidden if value in anonymised] == []
    assert [value for value in kept if value not in anonymised] == []

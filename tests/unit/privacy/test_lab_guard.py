"""Results stay byte for byte as they are: every marker, every unit, every layout."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.privacy.layouts import MARKERS, UNITS

from docmill.privacy.anonymisation import Anonymiser

HEADER = "Patient: Jane Roe   DOB: 12/03/1960   MRN: 8812345\n"
FOOTER = "\nReviewed by Adam Winterbourne, MD"
# How a row is printed: marker, value, flag, unit, range.
ROWS = {
    "columns": "{0:<28}{1:<10}{2:<6}{3:<12}{4}",
    "colon": "{0}: {1} {3} ({4}) {2}",
    "tabs": "{0}\t{1}\t{2}\t{3}\t{4}",
    "bars": "| {0} | {1} | {3} | {2} | {4} |",
    "single spaces": "{0} {1} {2} {3} {4}",
    "dots": "{0}............ {1} {3} ({4})",
    "flag first": "{2} {0} {1} {3} {4}",
    "unit after range": "{0} {1} {4} {3} {2}",
    "one cell a line": "{0}\n{1} {2}\n{3}\n{4}",
}
ALL_MARKERS = sorted({marker for markers in MARKERS.values() for marker in markers})
RARE_MARKERS = [
    "Holotranscobalamin",
    "Chitotriosidase",
    "Neopterin",
    "Anti-Xa",
    "C3",
    "T.Bil",
    "Jo-1",
    "K1",
    "Ammonia",
    "Transferrin",
]

markers = st.sampled_from(ALL_MARKERS + RARE_MARKERS)
numbers = st.decimals(0, 999, places=1).map(str)
rows = st.lists(
    st.tuples(markers, numbers, st.sampled_from(["", "H", "L", "*"]), st.sampled_from(UNITS), numbers, numbers),
    min_size=2,
    max_size=6,
    unique_by=lambda row: row[0],
)


@pytest.mark.parametrize("layout", ROWS)
@settings(max_examples=25, deadline=None)
@given(results=rows)
def test_every_marker_with_every_unit_in_every_layout(
    rules: Anonymiser, layout: str, results: list[tuple[str, ...]]
) -> None:
    table = "\n".join(
        ROWS[layout].format(marker, value, flag, unit, f"{low} - {high}")
        for marker, value, flag, unit, low, high in results
    )
    anonymised = rules.anonymise(f"{HEADER}\n{table}\n{FOOTER}").text
    assert table in anonymised
    assert "Jane" not in anonymised
    assert "Winterbourne" not in anonymised


@pytest.mark.ner
@pytest.mark.parametrize("layout", ROWS)
def test_the_model_damages_nothing(anonymiser: Anonymiser, layout: str) -> None:
    table = "\n".join(
        ROWS[layout].format(marker, "5.6", "H", UNITS[index % len(UNITS)], "3.9 - 5.5")
        for index, marker in enumerate(ALL_MARKERS + RARE_MARKERS)
    )
    assert table in anonymiser.anonymise(f"{HEADER}\n{table}\n{FOOTER}").text


@pytest.mark.parametrize(
    "row",
    [
        "Hep C Virus Ab Non Reactive Non Reactive",
        "Specific Gravity >=1.030 1.005-1.030",
        "HbA1c (IFCC) 38 mmol/mol 20 - 42",
        "MCHC 363 + g/l 320 - 360 349",
        "White blood cell count * 3.3 10*9/L (4.0 - 10.0)",
        "HDL CHOLESTEROL 48 > OR = 39 mg/dL EN",
        "WBC 6.2 8.6 11/23/2022 x10E3/uL 3.4-10.8",
        "Thousand Platelets 250000 /uL 150000-400000",
        "ANA titer 1:640 speckled",
        "Гемоглобін 138 г/л 130 - 170",
        "T.Bil 0.3-1.2 1.0 mg/dL",
        "T.Bil pending",
        "D.Bil raised, T.Prot low",
        "S.Crea 1,2 H",
        "T.Xyz 1,2 H",
        "Hématies..................................................... 4,86 T/L (4,50 à 5,90) 4,83",
    ],
)
def test_rows_of_real_reports(rules: Anonymiser, row: str) -> None:
    assert row in rules.anonymise(HEADER + row + FOOTER).text


@pytest.mark.parametrize(
    "row",
    [
        "Factor V Leiden           Heterozygous",
        "Faktor-V-Leiden   heterozygot",
        "Prothrombin G20210A  Homozygous wild type",
        "MTHFR C677T     Heterozygous",
        "Facteur II (G20210A)   Hétérozygote",
    ],
)
def test_genotypes_are_results(anonymiser: Anonymiser, row: str) -> None:
    assert row in anonymiser.anonymise(HEADER + row + FOOTER).text


def test_a_person_in_a_result_row_is_still_found(rules: Anonymiser) -> None:
    text = "Date  Test  Value  Reference Range  Ordering Provider\n02/22/2013  WBC  7.6 K/uL  4-10 K/uL  COLE, ADAM\n"
    assert rules.anonymise(text).text.endswith("WBC  7.6 K/uL  4-10 K/uL  [PERSON_1]\n")


@pytest.mark.parametrize(
    "row",
    [
        "Potassium : 5,9 mmol/L (3,5-5,1) – appelé au Dr NAME à 09h42 au poste 4417",
        "Kalium 6,9 mmol/l 3,5-5,1 + telefonisch an Frau Dr. NAME um 10:15, Apparat 4417",
    ],
)
def test_who_was_told_of_a_result_is_found_between_numbers(rules: Anonymiser, row: str) -> None:
    told = rules.anonymise(row.replace("NAME", "Lefèvre")).text
    assert row.partition(" – ")[0].partition(" tele")[0] in told
    assert "[PERSON_1]" in told
    assert "Lefèvre" not in told


def test_a_labelled_number_is_never_taken_for_a_result(rules: Anonymiser) -> None:
    assert "8812345" not in rules.anonymise("Glucose 5.6 mmol/L   MRN: 8812345").text


def test_a_name_behind_a_comma_is_no_eponym(rules: Anonymiser) -> None:
    assert rules.anonymise("QUIST, Paul / 81 / bed 6").text == "[PERSON_1] / 81 / bed 6"

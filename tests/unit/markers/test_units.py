from __future__ import annotations

import pytest
from tests.unit.markers.rows import only

from docmill.pipelines.medical_report.markers.units import find_unit, repair_unit, unit_for, unit_of


@pytest.mark.parametrize(
    ("printed", "ucum", "family"),
    [
        ("mg/dL", "mg/dL", "mass"),
        ("G/DL", "g/dL", "mass"),
        ("µmol/l", "umol/L", "moles"),
        ("mcg/dL", "ug/dL", "mass"),
        ("K/uL", "10*3/uL", "number"),
        ("x10E3/uL", "10*3/uL", "number"),
        ("X_10-3/uL", "10*3/uL", "number"),
        ("10*9/L", "10*9/L", "number"),
        ("10⁹/L", "10*9/L", "number"),
        ("x 10^9 / L", "10*9/L", "number"),
        ("T/L", "10*12/L", "number"),
        ("M/µL", "10*6/uL", "number"),
        ("/nl", "/nL", "number"),
        ("thou/mm3", "10*3/uL", "number"),
        ("tys/µl", "10*3/uL", "number"),
        ("/cumm", "/uL", "number"),
        ("IU/L", "[IU]/L", "units"),
        ("µIU/mL", "u[IU]/mL", "units"),
        ("mUI/L", "m[IU]/L", "units"),
        ("Од/л", "U/L", "units"),
        ("мкМО/мл", "u[IU]/mL", "units"),
        ("µkat/L", "ukat/L", "units"),
        ("mEq/L", "meq/L", "equivalents"),
        ("ммоль/л", "mmol/L", "moles"),
        ("mmol/mol", "mmol/mol", "molar_ratio"),
        ("mL/min/1,73m²", "mL/min/{1.73_m2}", "gfr"),
        ("mL/min/1.73 m2", "mL/min/{1.73_m2}", "gfr"),
        ("mm/1st hr", "mm/h", "rate"),
        ("mg/24 h", "mg/(24.h)", "mass_rate"),
        ("fL", "fL", "entity_volume"),
        ("uug", "pg", "entity_mass"),
        ("%", "%", "fraction"),
        ("rel.%", "%", "fraction"),
        ("rel. %", "%", "fraction"),
    ],
)
def test_a_printed_unit_has_a_ucum_code(printed: str, ucum: str, family: str) -> None:
    unit = unit_of(printed)
    assert unit is not None
    assert (unit.ucum, unit.family) == (ucum, family)


@pytest.mark.parametrize("printed", ["kg", "cm", "bpm", "EUR", "years", "mmol", "tablets", "C", "the"])
def test_what_is_no_laboratory_unit_has_none(printed: str) -> None:
    assert unit_of(printed) is None


def test_capital_g_per_litre_is_giga_only_where_cells_are_counted() -> None:
    counted, weighed = unit_for("G/L", counts_cells=True), unit_for("G/L", counts_cells=False)
    assert counted is not None
    assert weighed is not None
    assert (counted.ucum, weighed.ucum) == ("10*9/L", "g/L")
    assert unit_for("10^9/L", counts_cells=False) == unit_for("10^9/L", counts_cells=True)
    assert only("Plaquettes 344 G/L (150 à 400)").ucum == "10*9/L"
    assert only("Albumine 34 G/L (35 à 50)").ucum == "g/L"


def test_the_longest_unit_is_taken_and_no_more() -> None:
    text = "mL/min/1.73 m2 60-120"
    found = find_unit(text, 0)
    assert found is not None
    assert found.text == "mL/min/1.73 m2"
    found = find_unit("mg/dL OPTIMAL", 0)
    assert found is not None
    assert found.text == "mg/dL"


def test_letters_that_ocr_takes_for_digits_are_put_right() -> None:
    assert repair_unit("xlOE3/uL") == "x10E3/uL"
    assert repair_unit("mg/dL") == "mg/dL"


@pytest.mark.parametrize(
    ("seen", "meant"), [("U/I", "U/l"), ("I/I", "l/l"), ("mmol/I", "mmol/l"), ("10^9/1", "10^9/l"), ("/nl", "/nl")]
)
def test_a_litre_that_ocr_takes_for_another_letter_is_put_right(seen: str, meant: str) -> None:
    assert repair_unit(seen) == meant


def test_a_range_torn_at_its_dash_is_one() -> None:
    marker = only("Monozyten   12,6 +   %   2,0 -     12,0")
    assert (marker.value, marker.flag, marker.ref_low, marker.ref_high) == (12.6, "H", 2.0, 12.0)

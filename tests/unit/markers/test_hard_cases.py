"""One small text for each thing that makes reports hard to read."""

from __future__ import annotations

import pytest
from tests.unit.markers.rows import Result, found, only, read

from docmill.documents.models import PageText
from docmill.pipelines.medical_report.markers import pages_from_text, read_markers


def test_a_comparator_belongs_to_the_value_where_it_stands_there() -> None:
    marker = only("CRP <0.3 mg/L (<10.0)")
    assert (marker.comparator, marker.value, marker.ref_high) == ("<", 0.3, 10.0)
    marker = only("eGFR > OR = 60 mL/min/1.73m2")
    assert (marker.comparator, marker.value) == (">=", 60.0)


def test_a_limit_before_the_value_is_the_range_where_others_have_it_so() -> None:
    markers = read("Sodium  135 - 145  139 mmol/L\nPotassium  3.5 - 5.1  4.0 mmol/L\nCRP  <5  12 mg/L")
    assert found(markers)[-1] == Result("CRP", "12", "mg/L", None, 5.0, None)


def test_previous_results_are_taken_out() -> None:
    assert [marker.value for marker in read("Glucose 145 High 98 05/01/2023 mg/dL 70-99")] == [145.0]
    assert [marker.flag for marker in read("BUN 18 22 High 05/01/2023 mg/dL 7-20")] == [None]


def test_a_titre_is_a_text() -> None:
    marker = only("Test  Result  Reference\nANA  1:320  <1:80")
    assert (marker.name, marker.value, marker.unit) == ("ANA", "1:320", None)


def test_names_keep_their_digits() -> None:
    text = (
        "CA 125  23.5 U/mL  <35\nCA 19-9  12 U/mL  <37\n"
        "Vitamin B 12  450 pg/mL  232-1245\n25-OH Vitamin D  21 ng/mL  30-100"
    )
    assert [marker.name for marker in read(text)] == ["CA 125", "CA 19-9", "Vitamin B 12", "25-OH Vitamin D"]


def test_a_second_unit_is_not_a_second_result() -> None:
    marker = only("Créatinine  111 µmol/L  (59 à 104)\n              1,25 mg/dL  (0,67 à 1,18)")
    assert (marker.value, marker.unit, marker.ref_high) == (111.0, "µmol/L", 104.0)


@pytest.mark.parametrize(
    ("printed", "flag"),
    [
        *[("H", "H"), ("HH", "HH"), ("(L)", "L"), ("*", "A"), ("!", "A"), ("↑", "H"), ("↓↓", "LL"), ("[HIGH]", "H")],
        *[("Low", "L"), ("critical high", "HH"), ("abnormal", "A"), ("verhoogd", "H"), ("erniedrigt", "L")],
        *[("podwyższony", "H"), ("bajo", "L"), ("знижено", "L"), ("N (Normal)", "N")],
    ],
)
def test_flags_in_signs_letters_and_words(printed: str, flag: str) -> None:
    assert only(f"Glucose  92 {printed}  mg/dL  70-99").flag == flag
    assert only(f"Glucose  92  mg/dL  70-99  {printed}").flag == flag


def test_flags_may_touch_the_number_or_stand_before_it() -> None:
    assert [marker.flag for marker in read("Glucose 145H mg/dL\nSodium *131 mmol/L\nPotassium  * 5.9 mmol/L")] == list(
        "HAA"
    )


def test_a_minus_sign_is_a_flag_only_where_the_range_agrees() -> None:
    assert only("Natrium  130 -  mmol/l  133 - 146").flag == "L"
    assert only("Natrium  140 -  mmol/l  133 - 146").flag is None


@pytest.mark.parametrize(
    ("text", "derived"),
    [
        ("Glucose 118 mg/dL (70-99)", "H"),
        ("Glucose 65 mg/dL (70-99)", "L"),
        ("Glucose 99 mg/dL (70-99)", "N"),
        ("LDL 100 mg/dL (<100)", "H"),
        ("ALT 50 U/l (bis 50)", "N"),
        ("CRP <0.3 mg/L (<5)", "N"),
        ("eGFR >90 mL/min/1.73m2 (>59)", "N"),
        ("Ferritin >2000 ng/mL (30-400)", "H"),
        ("Vitamin D <8 ng/mL (30-100)", "L"),
        ("Troponin I <0.5 ng/mL (0.0-0.1)", None),
        ("Glucose 92 mg/dL", None),
    ],
)
def test_the_flag_that_follows_from_value_and_range(text: str, derived: str | None) -> None:
    marker = only(text)
    assert (marker.flag, marker.flag_derived) == (None, derived)


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("up to 40", None, 40.0),
        ("bis 40", None, 40.0),
        ("Inf. à 40", None, 40.0),
        ("hasta 40", None, 40.0),
        ("fino a 40", None, 40.0),
        ("do 40", None, 40.0),
        ("lager dan 40", None, 40.0),
        ("менше 40", None, 40.0),
        ("above 40", 40.0, None),
        ("ab 40", 40.0, None),
        ("Sup. à 40", 40.0, None),
        ("mayor de 40", 40.0, None),
        ("superiore a 40", 40.0, None),
        ("powyżej 40", 40.0, None),
        ("hoger dan 40", 40.0, None),
        ("понад 40", 40.0, None),
        ("von 40 bis 80", 40.0, 80.0),
        ("entre 40 et 80", 40.0, 80.0),
        ("od 40 do 80", 40.0, 80.0),
        ("tra 40 e 80", 40.0, 80.0),
        ("40 tot 80", 40.0, 80.0),
        ("40 до 80", 40.0, 80.0),
        ("[40 – 80]", 40.0, 80.0),
        ("40..80", 40.0, 80.0),
    ],
)
def test_ranges_in_words_of_eight_languages(words: str, low: float | None, high: float | None) -> None:
    marker = only(f"ALT  39 U/L  {words}")
    assert (marker.value, marker.ref_low, marker.ref_high) == (39.0, low, high)


def test_a_list_of_limits_stays_text() -> None:
    marker = only("HbA1c  6.1 %  Normal: <5.7  Prediabetes: 5.7-6.4  Diabetes: >6.4")
    assert (marker.ref_low, marker.ref_high) == (None, None)
    assert marker.ref_text is not None
    assert "5.7-6.4" in marker.ref_text


def test_repeated_measurements_are_kept_with_their_dates() -> None:
    text = "Collected: 13/01/2008\nSodium  139 mmol/L  135-145\nCollected: 20/02/2008\nSodium  131 mmol/L  135-145"
    assert [(marker.value, marker.observed_at) for marker in read(text)] == [
        (139.0, "2008-01-13"),
        (131.0, "2008-02-20"),
    ]


def test_sections_tell_the_specimen() -> None:
    text = "URINALYSIS\nGlucose  Negative  Negative\nProtein  Trace  Negative\nBIOCHEMISTRY\nGlucose  92 mg/dL  70-99"
    assert [(marker.code, marker.specimen) for marker in read(text)] == [
        ("25428-4", "urine"),
        ("20454-5", "urine"),
        ("2345-7", None),
    ]


def test_the_newest_of_several_dates_is_the_result() -> None:
    head = "Test        Units     {}    {}    {}\n"
    row = "Sodium      mmol/L    131           141           139"
    descending = head.format("21/05/2024", "14/08/2023", "03/02/2023") + row
    ascending = head.format("03/02/2023", "14/08/2023", "21/05/2024") + row
    assert [marker.value for marker in read(descending)] == [131.0]
    assert [marker.value for marker in read(ascending)] == [139.0]


def test_a_table_goes_on_over_a_page() -> None:
    head = "Test         Result    Previous   Units    Range\n"
    text = (
        f"{head}Sodium       139       141        mmol/L   135-145\fPotassium    4.1       4.4        mmol/L   3.5-5.1"
    )
    assert [(marker.name, marker.value, marker.page) for marker in read(text)] == [
        ("Sodium", 139.0, 1),
        ("Potassium", 4.1, 2),
    ]


def test_what_is_pending_is_no_result() -> None:
    text = (
        "Test        Result     Units    Range\n"
        "Ferritin    pending    ng/mL    30-400\n"
        "Iron        77         ug/dL    38-169"
    )
    assert [marker.name for marker in read(text)] == ["Iron"]


def test_placeholders_do_not_disturb() -> None:
    text = (
        "Patient: [PERSON_1]  DOB: [DATE_OF_BIRTH_1]\n"
        "Test  Result  Prev.  Date  Units  Range\nWBC 6.2 8.6 [DATE_1] x10E3/uL 3.4-10.8"
    )
    assert found(read(text)) == [Result("WBC", "6.2", "x10E3/uL", 3.4, 10.8, None)]


def test_values_carry_the_confidence_of_their_characters() -> None:
    page = pages_from_text("Glucose  92 mg/dL  70-99")[0]
    doubtful = page.model_copy(update={"words": [word._replace(confidence=0.6) for word in page.words]})
    clear, blurred = read_markers([page])[0], read_markers([doubtful])[0]
    assert blurred.confidence == pytest.approx(0.6 * clear.confidence, abs=0.001)


def test_more_evidence_means_more_confidence() -> None:
    bare, full = only("TSH 2.1 mIU/L"), only("Test  Result  Units  Range\nTSH  2.1  mIU/L  0.4-4.0")
    assert bare.confidence < full.confidence


def test_a_marker_tells_where_it_stands() -> None:
    marker = only("Name of patient: [PERSON_1]\n\nGlucose  92 mg/dL  70-99")
    assert marker.source == "Glucose  92 mg/dL  70-99"
    assert marker.box == (0.0, 24.0, 144.0, 34.0)


def test_a_page_without_words_gets_places_of_its_own() -> None:
    markers = read_markers([PageText(number=7, text="Glucose  92 mg/dL  70-99")])
    assert [(marker.name, marker.page) for marker in markers] == [("Glucose", 7)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\f\f",
        "Page 1 of 3   Printed 02/11/2024 08:15",
        "Tel. +44 643 472 3812   Fax 643 472 3813",
        "Vitamin D deficiency has been defined as a level of less than 20 ng/mL (1,2).",
        "Values may vary 5-10% between laboratories. Sensitivity 0.02; measuring range 0.05 to 150.",
        "Prediabetes: 5.7 - 6.4 Diabetes: >6.4 Glycemic control for adults with diabetes: <7.0",
        "Take insulin 10 units and iron 65 mg daily; vitamin D 1000 IU on Mondays",
        "Additional notes: repeat potassium in 2 weeks; target HbA1c < 7.0 %",
        "Blood pressure 138/84 mmHg, pulse 71 bpm, BMI 24.1 kg/m2, SpO2 98 %",
        "Account 12345678   Amount due 95.70 EUR",
        "1447 YORK COURT MADISON, CA 956530000",
        "( ) [ ]",
        "Poll interval  9.9 s  9.9-10\nCover  2 %  > 60",
        "1" * 5000,
        "12 " * 3000,
        "(" * 3000,
        "- " * 3000,
    ],
)
def test_other_text_has_no_results(text: str) -> None:
    assert read(text) == []


def test_a_paragraph_on_one_long_line_is_read_to_its_end() -> None:
    sentence = "The patient felt well and was seen by the nurse on the ward in the morning. "
    markers = read(sentence * 80 + "At the end the sodium was 131 mmol/L and the potassium was 4.4 mmol/L.")
    assert [(marker.name, marker.value) for marker in markers] == [("sodium", 131.0), ("potassium", 4.4)]
    assert all(len(marker.source) < 2100 for marker in markers)


def test_unknown_names_count_beside_known_ones_or_under_a_head() -> None:
    unknown = "Rhubarbase  3.1 U/L  1.0 - 4.0"
    assert read(unknown) == []
    assert [marker.name for marker in read(f"{unknown}\nSodium  139 mmol/L  135-145")] == ["Rhubarbase", "Sodium"]
    assert only("Test        Result    Units    Range\nRhubarbase  3.1       U/L      1.0 - 4.0").name == "Rhubarbase"


def test_a_wish_in_a_sentence_is_no_result() -> None:
    text = (
        "It was agreed with the patient that the goal for the potassium is 4.5 mmol/L and that it is seen again soon."
    )
    assert read(text) == []
    assert [marker.value for marker in read(text.replace("goal for the ", ""))] == [4.5]


def test_the_newest_day_of_a_flowsheet_is_the_result_wherever_it_stands() -> None:
    days = "01/05/2025   8.8    11.3\n02/20/2025   7.4    10.9\n03/14/2025   6.1    10.2"
    markers = read(f"Date         WBC    Hgb\n             K/uL   g/dL\n{days}")
    assert [(marker.name, marker.value, marker.observed_at) for marker in markers] == [
        ("WBC", 6.1, "2025-03-14"),
        ("Hgb", 10.2, "2025-03-14"),
    ]


def test_in_a_row_without_cells_a_word_may_be_a_range_or_a_limit() -> None:
    head = "Prueba Valor Valores de referencia"
    markers = read(f"{head}\nFerritina 82 hasta 150 ng/mL\nTSH 1,45 0,27 hasta 4,20 mUI/L")
    assert found(markers) == [
        Result("Ferritina", "82", "ng/mL", None, 150.0, None),
        Result("TSH", "1.45", "mUI/L", 0.27, 4.2, None),
    ]


def test_in_a_row_without_cells_a_blank_may_part_numbers_or_groups() -> None:
    head = "Badanie Poprzedni wynik Wynik Norma Jednostka"
    text = f"{head}\nFerrytyna 132 123 (15 - 150) ng/ml\nGlukoza 95,5 91,2 (70 - 99) mg/dl"
    assert [marker.value for marker in read(text)] == [123.0, 91.2]
    assert only("Ferritine 1 234 µg/L (30,0 à 400,0)").value == 1234.0


@pytest.mark.parametrize(
    ("name", "group"),
    [
        *(("Blood group", "A Rh positive"), ("Blood type", "O+"), ("ABO group", "AB"), ("Blood group", "A")),
        *(("Blutgruppe", "0 Rh pos."), ("Groupe sanguin", "B Rhésus positif"), ("ABO/Rh", "AB NEG")),
    ],
)
def test_a_blood_group_is_read_whole(name: str, group: str) -> None:
    marker = only(f"Test              Result                    Flag\n{name:18}{group}")
    assert (marker.name, marker.value, marker.flag) == (name, group, None)
    assert only(f"{name}: {group}").value == group


@pytest.mark.parametrize("word", ["Positive", "Negative", "Non-reactive"])
def test_a_word_under_the_heading_for_results_needs_no_known_name(word: str) -> None:
    head = (
        "Test                Result         Units      Reference\nGlucose             90             mg/dL      70-99"
    )
    assert [marker.value for marker in read(f"{head}\nFrobnivirus IgG     {word}")] == [90.0, word]
    assert [marker.value for marker in read(f"{head}\nFrobnivirus IgG     Yellow")] == [90.0]


def test_decimals_that_a_scan_tore_off_belong_to_their_number() -> None:
    marker = only("Kreatinin   0 ,92   mg/dl   0 ,70 - 1,20")
    assert (marker.value, marker.unit, marker.ref_low, marker.ref_high) == (0.92, "mg/dl", 0.7, 1.2)


@pytest.mark.parametrize("dots", ["...", " ... ", "…", " … "])
def test_three_dots_between_two_numbers_are_a_range(dots: str) -> None:
    marker = only(f"Thrombozyten   245   Tsd/µl   150{dots}400")
    assert (marker.value, marker.ref_low, marker.ref_high) == (245.0, 150.0, 400.0)
    marker = only(f"CA 125{dots}18 U/ml   0{dots}35")
    assert (marker.name, marker.value, marker.ref_low, marker.ref_high) == ("CA 125", 18.0, 0.0, 35.0)


def test_a_number_in_a_name_is_no_range() -> None:
    markers = read("Antigen 1-2ra   5.5 U/mL   0.5-10.0\nSodium   139 mmol/L   135-145")
    assert found(markers)[0] == Result("Antigen 1-2ra", "5.5", "U/mL", 0.5, 10.0, None)

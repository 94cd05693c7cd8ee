"""Names in forms and login names, where no known label announces them."""

from __future__ import annotations

import pytest

from docmill.privacy.anonymisation import Anonymiser


def found(rules: Anonymiser, kind: str, text: str) -> list[str]:
    return [text[item.start : item.end] for item in rules.detect(text) if item.type == kind]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("OYELARAN BABATUNDE    M    11MAR1953", "OYELARAN BABATUNDE"),
        ("| Okonkwo-Bell, Jessamy T. |\n| born 02/09/1957 |", "Okonkwo-Bell, Jessamy T."),
        ("INSERT INTO t VALUES (7, 'Quill, Barnaby', '1971-04-02', 'b@post.example')", "Quill, Barnaby"),
        ("Weisungsbefugt: Grace Harper", "Grace Harper"),
        ("P|1||PT-992-118||Haugen^Solveig^M||19680213|F", "Haugen^Solveig^M"),
        ("Bed 4 - HAMMOND, Owen", "HAMMOND, Owen"),
        ("Aanvrager: Hof, W. van 't", "Hof, W. van 't"),
        ("I have asked Marigold in the day unit", "Marigold"),
        ("Zythra Mokvane MRN: 00448291", "Zythra Mokvane"),
    ],
)
def test_names(rules: Anonymiser, text: str, name: str) -> None:
    assert found(rules, "PERSON", text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "MRN 8812345   Final Report   Page 1",
        "EXAM: CT CHEST W CONTRAST\nMRN 8812345",
        "SPECIMEN: EDTA   MRN 8812345",
        "A. Invasive ductal carcinoma.",
        "for GERD and NYHA III",
    ],
)
def test_what_is_no_name(rules: Anonymiser, text: str) -> None:
    assert found(rules, "PERSON", text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Authorised by Lesley Forster, lforster", "lforster"),
        ("run by lesley.forster today", "lesley.forster"),
        ("user=hkowal ip=10.0.0.1", "hkowal"),
        ("PRINTED 29JAN25 BY NIDHOMM", "NIDHOMM"),
        ("[10:02] ljusch: hello", "ljusch"),
        ("request raised by ottilie: printer jams", "ottilie"),
        ("New sign-in for petrabk on Tuesday", "petrabk"),
        ("then our admin qx17 went home", "qx17"),
        ("she reset the password of tweber at noon", "tweber"),
        ("charted by kmiller at 07:10", "kmiller"),
        ("WARN 5 failed attempts for ottilie from nowhere", "ottilie"),
        ("INFO session of ottilie closed", "ottilie"),
        ("host sudo: ottilie : TTY=pts/1", "ottilie"),
        ("Sign in as **t.quist** to go on", "t.quist"),
        ("your login is ottilie", "ottilie"),
        ("ANALYSER 4   operator ottilie   page 1", "ottilie"),
        ("ticket reassigned to millerk today", "millerk"),
        ("left a message. /ottil83", "ottil83"),
        ("seen in the log: k.kowalski", "k.kowalski"),
        ("Signed: Ed Zquill\nkept by e_zquill", "e_zquill"),
        ("Oper: ottilie", "ottilie"),
    ],
)
def test_login_names(rules: Anonymiser, text: str, name: str) -> None:
    assert found(rules, "USERNAME", text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "adjusted for PD-L2 status",
        "replaced by QS99",
        "fibrosis documented by elastography",
        "tested for hba1c",
        "grew e.coli and s.aureus with p.lee",
        "assigned to placebo, user manual, colleague nurses",
        "/etc/ott",
        "operator error  today",
    ],
)
def test_what_is_no_login_name(rules: Anonymiser, text: str) -> None:
    assert found(rules, "USERNAME", text) == []


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("Idris Harper (12/12/39, RX771-20-9) came in", "12/12/39"),
        ("Grace Harper   F   1988-06-05\nCollected 2024-03-01", "1988-06-05"),
    ],
)
def test_a_date_beside_a_name_is_a_birth_date(rules: Anonymiser, text: str, birth: str) -> None:
    assert found(rules, "DATE_OF_BIRTH", text) == [birth]


def test_a_birth_date_in_words(rules: Anonymiser) -> None:
    text = "Mrs Adebayo was born on the third of March 1947 and is well."
    assert found(rules, "DATE_OF_BIRTH", text) == ["the third of March 1947"]


def test_those_who_write_in_a_chat(rules: Anonymiser) -> None:
    text = "Maribel: are you there?\nMax: on my way\nMaribel: good"
    assert found(rules, "PERSON", text) == ["Maribel", "Max", "Maribel"]
    assert found(rules, "PERSON", "Max: none\nPlan: rest") == []


def test_a_list_of_patients(rules: Anonymiser) -> None:
    text = "1) Olsen, Tove - K7719034 - stable. D/W NOK Ragnar today.\nissued to OLSEN, TOVE M, see above"
    assert found(rules, "PERSON", text) == ["Olsen, Tove", "Ragnar", "OLSEN, TOVE M"]


def test_the_date_of_a_signature_is_none(rules: Anonymiser) -> None:
    assert found(rules, "DATE_OF_BIRTH", "Signed by Grace Harper, 12/03/2024\nSeen 14/03/2024") == []


@pytest.mark.parametrize(
    "address",
    [
        "Storgatan 48 C\n411 07 Solberga",
        "Largo 1 de Dezembro, 77",
        "Rua das Amoreiras, 14",
        "Flat 9, The Granary, Mill Lane",
        "The Old Chapel, Pound End",
        "14 Kestrel Rise",
        "Plot 12, Nehru Chowk",
        "Goiânia - GO, 74175-120",
        "Rua das Amoreiras, 14\nGoiânia/GO 74175-120",
        "Amselweg 4, 6900 Bregenz",
    ],
)
def test_streets_and_houses(rules: Anonymiser, address: str) -> None:
    assert found(rules, "ADDRESS", f"Patient: Jane Roe\n{address}\n") == [address]


def test_who_is_listed_with_somebody(rules: Anonymiser) -> None:
    text = "Patient: Jane Doyle\nreviewed with Doyle, Patel and Nowak today\n"
    assert found(rules, "PERSON", text) == ["Jane Doyle", "Doyle, Patel", "Nowak"]


def test_a_brazilian_post_code_alone_in_a_cell(rules: Anonymiser) -> None:
    assert found(rules, "ADDRESS", "| Ana | 74175-120 | ok |") == ["74175-120"]


def test_who_did_it_by_the_login_name(rules: Anonymiser) -> None:
    assert found(rules, "PERSON", '<order enteredBy="quist_t" site="B"/>\nVerified by: tquist7') == [
        "quist_t",
        "tquist7",
    ]


def test_an_addressee_above_a_street(rules: Anonymiser) -> None:
    label = "Zythra Mokvane-Ull\nRua das Amoreiras, 14\n"
    assert found(rules, "PERSON", f"Parcel\n\n{label}") == ["Zythra Mokvane-Ull"]
    assert found(rules, "PERSON", "Quist Pharmacy\nRua das Amoreiras, 14\n") == []


def test_a_label_is_no_region_before_a_post_code(rules: Anonymiser) -> None:
    text = "Jane Roe\n128 Carla Place\nPort Ellen, NB C5M 4R7\nDOB 1963-09-17\n"
    assert found(rules, "DATE_OF_BIRTH", text) == ["1963-09-17"]


def test_names_on_a_strip_of_an_analyser(rules: Anonymiser) -> None:
    assert found(rules, "PERSON", "Last      Quist\nFirst     Ottilie\nTemp 37.0 C") == ["Quist", "Ottilie"]


def test_a_town_below_a_street_that_its_place_gave_away(rules: Anonymiser) -> None:
    form = "| Jane Roe, born 1960-01-02 | A |\n| Plot 12, Nehru Chowk | B |\n| Nagpur 440012 | C |"
    assert found(rules, "ADDRESS", form) == ["Plot 12, Nehru Chowk", "Nagpur 440012"]

"""Lab reports and letters in layouts of our own, labelled, with made-up people; for tests of what nobody tuned to."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from faker import Faker

from docmill.privacy.evaluation import GoldSpan, GoldText, ProtectedSpan

LOCALES = {
    "en": ("en_US", "en_GB", "en_IN", "en_CA", "en_AU"),
    "de": ("de_DE", "de_AT"),
    "fr": ("fr_FR",),
    "es": ("es_ES", "es_MX"),
    "it": ("it_IT",),
    "pl": ("pl_PL",),
    "nl": ("nl_NL",),
    "uk": ("uk_UA",),
}
MARKERS = {
    "en": [
        "Hemoglobin",
        "Ferritin",
        "Anti-Xa Level",
        "C3 Complement",
        "Vitamin B12",
        "TSH",
        "Troponin T (hs)",
        "Lipoprotein (a)",
        "Holotranscobalamin",
        "Kappa/Lambda Ratio",
        "Zinc, Plasma",
        "Homocysteine",
        "Rubella IgG",
        "Bence Jones Protein",
        "Hashimoto Antibodies",
        "Iron",
        "Lead, Blood",
        "CA 19-9",
    ],
    "de": [
        "Hämoglobin",
        "Leukozyten",
        "Kreatinin i.S.",
        "GOT (ASAT)",
        "Harnsäure",
        "Transferrinsättigung",
        "freies T3",
        "Gamma-GT",
        "Quick-Wert",
    ],
    "fr": [
        "Hémoglobine",
        "Leucocytes",
        "Créatinine",
        "Glycémie à jeun",
        "Ferritine",
        "T.S.H. ultrasensible",
        "V.G.M.",
        "Phosphatases alcalines",
    ],
    "es": [
        "Hemoglobina",
        "Leucocitos",
        "Creatinina",
        "Glucosa basal",
        "Ferritina",
        "Colesterol HDL",
        "V.C.M.",
        "Bilirrubina directa",
    ],
    "it": ["Emoglobina", "Leucociti", "Creatinina", "Glicemia", "Ferritina", "Colesterolo HDL", "MCV", "Gamma GT"],
    "pl": [
        "Hemoglobina",
        "Leukocyty",
        "Kreatynina",
        "Glukoza na czczo",
        "Ferrytyna",
        "Cholesterol HDL",
        "OB",
        "Płytki krwi",
    ],
    "nl": [
        "Hemoglobine",
        "Leukocyten",
        "Kreatinine",
        "Glucose nuchter",
        "Ferritine",
        "HDL-cholesterol",
        "MCV",
        "Trombocyten",
    ],
    "uk": ["Гемоглобін", "Лейкоцити", "Креатинін", "Глюкоза натще", "Феритин", "ШОЕ", "Тромбоцити", "Холестерин ЛПВЩ"],
}
UNITS = ["g/dL", "mmol/L", "ng/mL", "µmol/l", "U/L", "10*9/L", "mg/L", "%", "fL", "pg/mL", "mIU/L"]
COMMENTS = [
    "Results should be read together with the clinical picture.",
    "Haemolysis grade 1; potassium may be falsely high.",
    "Epstein-Barr serology suggests past infection.",
    "Reference ranges apply to adults over 18 years.",
    "Graves disease cannot be excluded, repeat TRAb in 6 weeks.",
]


@dataclass
class Draft:
    """A text that is being written, with what is labelled in it."""

    text: str = ""
    spans: list[GoldSpan] = field(default_factory=list)
    protected: list[ProtectedSpan] = field(default_factory=list)

    def __iadd__(self, text: str) -> Draft:
        self.text += text
        return self

    def hide(self, kind: str, value: str, *, optional: bool = False) -> Draft:
        self.spans.append(GoldSpan(start=len(self.text), end=len(self.text) + len(value), type=kind, opt=optional))
        self.text += value
        return self

    def keep(self, kind: str, value: str) -> Draft:
        if value:
            self.protected.append(ProtectedSpan(start=len(self.text), end=len(self.text) + len(value), kind=kind))
        self.text += value
        return self


class Case:
    """A made-up patient with their doctor, and results."""

    def __init__(self, language: str, seed: int) -> None:
        self.random = random.Random(seed)
        self.fake = Faker(self.random.choice(LOCALES[language]))
        self.fake.seed_instance(seed)
        self.language = language
        self.given, self.family = self.fake.first_name(), self.fake.last_name()
        self.doctor_given, self.doctor_family = self.fake.first_name(), self.fake.last_name()
        self.born = self.fake.date_of_birth(minimum_age=20, maximum_age=90)
        self.taken = self.fake.date_between("-3y", "-1y")
        self.number = str(self.random.randrange(10**6, 10**9))
        self.order = f"{self.random.choice('ABKLMS')}{self.random.randrange(10**6, 10**8)}"
        self.phone = self.fake.phone_number()
        self.email = f"{self.given}.{self.family}@example.org".lower().replace(" ", "").replace("'", "")
        self.street, self.town = (
            self.fake.street_address().replace("\n", ", "),
            f"{self.fake.postcode()} {self.fake.city()}",
        )

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def doctor(self) -> str:
        return f"{self.doctor_given} {self.doctor_family}"

    def rows(self, count: int = 8) -> list[tuple[str, str, str, str, str]]:
        """Marker, value, flag, unit and range of some results."""
        found = []
        for marker in self.random.sample(MARKERS[self.language], min(count, len(MARKERS[self.language]))):
            low = round(self.random.uniform(0.1, 120), self.random.choice([0, 1, 2]))
            high = round(low * self.random.uniform(1.3, 3), 1)
            value = round(self.random.uniform(low * 0.6, high * 1.2), 1)
            point = "." if self.language == "en" else self.random.choice([".", ","])
            numbers = [f"{number:g}".replace(".", point) for number in (value, low, high)]
            flag = "H" if value > high else "L" if value < low else ""
            found.append((marker, numbers[0], flag, self.random.choice(UNITS), f"{numbers[1]} - {numbers[2]}"))
        return found


def _table(draft: Draft, case: Case, separator: str = "   ") -> None:
    for marker, value, flag, unit, interval in case.rows():
        draft.keep("marker", marker)
        for kind, cell in (("value", value), ("flag", flag), ("unit", unit), ("range", interval)):
            draft += separator
            draft.keep(kind, cell)
        draft += "\n"


def boxed_header(case: Case) -> Draft:
    """A wide header of label-value pairs in three columns."""
    draft = Draft("CENTRAL PATHOLOGY SERVICES\nPatient Demographics\n")
    draft += "Patient Name      "
    draft.hide("PERSON", f"{case.family.upper()}, {case.given.upper()}")
    draft += "      Date of Birth    "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d/%m/%Y}")
    draft += "      Sex    F\nHospital Number   "
    draft.hide("MRN", case.number)
    draft += "      Requesting Clinician    Dr "
    draft.hide("PERSON", case.doctor)
    draft += "\nLab Reference     "
    draft.hide("ACCESSION", case.order)
    draft += "      Date Received    "
    draft.hide("DATE", f"{case.taken:%d/%m/%Y}", optional=True)
    draft += "\n\nInvestigation   Result   Flag   Units   Reference\n"
    _table(draft, case)
    draft += "\nComments: "
    draft.keep("comment", case.random.choice(COMMENTS))
    draft += "\nValidated by: "
    draft.hide("PERSON", f"{case.doctor_given[0]}. {case.doctor_family}")
    return draft


def header_over_values(case: Case) -> Draft:
    """A header row with its values on the line below."""
    draft = Draft("LABORATORY REPORT - FINAL\n")
    draft += f"{'Surname':<22}{'Forename':<22}{'DOB':<14}{'Chart No.':<14}Ward\n"
    for kind, value, width in (
        ("PERSON", case.family, 22),
        ("PERSON", case.given, 22),
        ("DATE_OF_BIRTH", f"{case.born:%Y-%m-%d}", 14),
        ("MRN", case.number, 14),
    ):
        draft.hide(kind, value)
        draft += " " * max(2, width - len(value))
    draft += "7A\n\n"
    _table(draft, case, "  ")
    draft += "\nReported by "
    draft.hide("PERSON", case.doctor)
    draft += ", MD, FCAP on "
    draft.hide("DATE", f"{case.taken:%B %d, %Y}", optional=True)
    draft += ". Tel "
    draft.hide("PHONE", case.phone)
    return draft


def semicolon_export(case: Case) -> Draft:
    """A CSV export with semicolons, one row per result."""
    draft = Draft("patient_name;date_of_birth;patient_no;test;value;flag;unit;reference_range;ordering_physician\n")
    for marker, value, flag, unit, interval in case.rows(5):
        for kind, text in (("PERSON", case.name), ("DATE_OF_BIRTH", f"{case.born:%d.%m.%Y}"), ("MRN", case.number)):
            draft.hide(kind, text)
            draft += ";"
        for kind, text in (("marker", marker), ("value", value), ("flag", flag), ("unit", unit), ("range", interval)):
            draft.keep(kind, text)
            draft += ";"
        draft.hide("PERSON", case.doctor)
        draft += "\n"
    return draft


def stacked_labels(case: Case) -> Draft:
    """Labels with a colon on one line, values on the next; results one cell a line."""
    draft = Draft()
    for label, kind, value in (
        ("Name of patient:", "PERSON", case.name),
        ("Born:", "DATE_OF_BIRTH", f"{case.born:%d %b %Y}"),
        ("Record number:", "MRN", case.number),
        ("Sample ID:", "ACCESSION", case.order),
        ("Residential address:", "ADDRESS", case.street),
        ("Mobile:", "PHONE", case.phone),
        ("E-mail:", "EMAIL", case.email),
        ("Referring doctor:", "PERSON", case.doctor),
    ):
        draft += f"{label}\n"
        draft.hide(kind, value)
        draft += "\n"
    draft += "\nResults\n"
    for marker, value, flag, unit, interval in case.rows(6):
        for kind, text in (("marker", marker), ("value", value), ("unit", unit), ("range", interval), ("flag", flag)):
            if text:
                draft.keep(kind, text)
                draft += "\n"
    return draft


def cover_letter(case: Case) -> Draft:
    """A letter with results inside the text."""
    draft = Draft("St. Brendan's Hospital\nDepartment of Nephrology\n\n")
    draft.hide("DATE", f"{case.taken:%d %B %Y}", optional=True)
    draft += "\n\nDear Dr "
    draft.hide("PERSON", case.doctor_family)
    draft += ",\n\nRE: "
    draft.hide("PERSON", case.name)
    draft += " - DOB "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d/%m/%Y}")
    draft += " - Hospital No "
    draft.hide("MRN", case.number)
    draft += "\n"
    draft.hide("ADDRESS", case.street)
    draft += "\n\nI reviewed this 54 year old teacher in clinic. "
    for marker, value, _flag, unit, _interval in case.rows(3):
        draft.keep("marker", marker)
        draft += " was "
        draft.keep("value", value)
        draft += " "
        draft.keep("unit", unit)
        draft += ". "
    draft += "I have asked "
    draft.hide("PERSON", case.given)
    draft += " to call the ward on "
    draft.hide("PHONE", case.phone)
    draft += ".\n\nYours sincerely,\n\n"
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    draft += "\nConsultant Nephrologist\ncc "
    draft.hide("PERSON", case.doctor)
    return draft


def german_report(case: Case) -> Draft:
    draft = Draft("Medizinisches Versorgungszentrum Labor Nord\nLaborbefund (Endbefund)\n\nPatientin: ")
    draft.hide("PERSON", f"{case.family}, {case.given}")
    draft += "   *"
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d.%m.%Y}")
    draft += "   w\nwohnhaft: "
    draft.hide("ADDRESS", f"{case.street}, {case.town}")
    draft += "\nVersicherten-Nr. "
    draft.hide("NATIONAL_ID", f"{case.random.choice('ABCDEFGH')}{case.random.randrange(10**8, 10**9)}")
    draft += "   Tagebuchnummer "
    draft.hide("ACCESSION", case.order)
    draft += "\nÜberweisender Arzt: Dr. med. "
    draft.hide("PERSON", case.doctor)
    draft += "   Telefon "
    draft.hide("PHONE", case.phone)
    draft += "\nEntnahme am "
    draft.hide("DATE", f"{case.taken:%d.%m.%Y}", optional=True)
    draft += "\n\nUntersuchung   Ergebnis   Einheit   Referenzbereich\n"
    _table(draft, case)
    draft += "\nBefundet von Prof. Dr. "
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    return draft


def french_report(case: Case) -> Draft:
    draft = Draft("Laboratoire BioSanté\nCOMPTE RENDU D'ANALYSES\nNom de naissance : ")
    draft.hide("PERSON", case.family.upper())
    draft += "   Prénom : "
    draft.hide("PERSON", case.given)
    draft += "\nDate de naissance : "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d/%m/%Y}")
    draft += "   Sexe : F\nN° de dossier : "
    draft.hide("MRN", case.number)
    draft += "   Médecin prescripteur : Dr "
    draft.hide("PERSON", case.doctor)
    draft += "\nDemeurant : "
    draft.hide("ADDRESS", f"{case.street}, {case.town}")
    draft += "\nPrélevé le "
    draft.hide("DATE", f"{case.taken:%d/%m/%Y}", optional=True)
    draft += " à 08h15\n\nAnalyse   Résultat   Unité   Valeurs de référence\n"
    _table(draft, case)
    draft += "\nBiologiste : "
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    return draft


def spanish_report(case: Case) -> Draft:
    draft = Draft("HOSPITAL GENERAL - LABORATORIO DE ANÁLISIS CLÍNICOS\nApellidos, Nombre: ")
    draft.hide("PERSON", f"{case.family}, {case.given}")
    draft += "\nF. Nac.: "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d-%m-%Y}")
    draft += "  Edad: 54 años  Sexo: Mujer\nNº Historia: "
    draft.hide("MRN", case.number)
    draft += "  Nº Petición: "
    draft.hide("ACCESSION", case.order)
    draft += "\nMédico peticionario: Dra. "
    draft.hide("PERSON", case.doctor)
    draft += "\nDomicilio: "
    draft.hide("ADDRESS", case.street)
    draft += "\nTfno.: "
    draft.hide("PHONE", case.phone)
    draft += "\n\nDeterminación   Resultado   Unidades   Valores de referencia\n"
    _table(draft, case)
    draft += "\nValidado por: "
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    return draft


def italian_report(case: Case) -> Draft:
    draft = Draft("Laboratorio Analisi San Marco\nCognome e nome: ")
    draft.hide("PERSON", f"{case.family} {case.given}")
    draft += "\nNato/a il "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d/%m/%Y}")
    draft += "   N. accettazione: "
    draft.hide("ACCESSION", case.order)
    draft += "\nResidente in "
    draft.hide("ADDRESS", f"{case.street}, {case.town}")
    draft += "\nMedico curante: Dott. "
    draft.hide("PERSON", case.doctor)
    draft += "\n\nEsame   Risultato   U.M.   Valori di riferimento\n"
    _table(draft, case)
    draft += "\nIl direttore: Dott.ssa "
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    return draft


def polish_report(case: Case) -> Draft:
    draft = Draft("SPRAWOZDANIE Z BADAŃ LABORATORYJNYCH\nPacjent: ")
    draft.hide("PERSON", case.name)
    draft += "\nData urodzenia: "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d.%m.%Y}")
    draft += "   PESEL: "
    draft.hide("NATIONAL_ID", Faker("pl_PL").pesel())
    draft += "\nAdres: "
    draft.hide("ADDRESS", f"{case.street}, {case.town}")
    draft += "\nNr zlecenia: "
    draft.hide("ACCESSION", case.order)
    draft += "   Lekarz zlecający: "
    draft.hide("PERSON", case.doctor)
    draft += "\n\nBadanie   Wynik   Jedn.   Zakres referencyjny\n"
    _table(draft, case)
    draft += "\nAutoryzował: mgr "
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    return draft


def dutch_report(case: Case) -> Draft:
    draft = Draft("Klinisch Chemisch Laboratorium\nNaam patiënt : ")
    draft.hide("PERSON", case.name)
    draft += "\nGeboortedatum : "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d-%m-%Y}")
    draft += "\nPatiëntnummer : "
    draft.hide("MRN", case.number)
    draft += "\nAanvrager : "
    draft.hide("PERSON", case.doctor)
    draft += "\nWoonplaats : "
    draft.hide("ADDRESS", case.town)
    draft += "\n\nBepaling   Uitslag   Eenheid   Referentiewaarde\n"
    _table(draft, case)
    draft += "\nGeautoriseerd door "
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    return draft


def ukrainian_report(case: Case) -> Draft:
    draft = Draft("Медична лабораторія\nПІБ пацієнта: ")
    draft.hide("PERSON", case.name)
    draft += "\nДата народження: "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%d.%m.%Y}")
    draft += "\nНомер замовлення: "
    draft.hide("ACCESSION", case.order)
    draft += "   Телефон: "
    draft.hide("PHONE", case.phone)
    draft += "\nЛікар: "
    draft.hide("PERSON", case.doctor)
    draft += "\n\nПоказник   Результат   Одиниці   Норма\n"
    _table(draft, case)
    draft += "\nВиконав: "
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    return draft


def dense_banner(case: Case) -> Draft:
    """A banner without colons, as printed on every page by old systems."""
    draft = Draft()
    draft.hide("PERSON", f"{case.family.upper()},{case.given.upper()}")
    draft += "   "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%m/%d/%Y}")
    draft += " F   MRN "
    draft.hide("MRN", case.number)
    draft += "   ACCT "
    draft.hide("ID", str(case.random.randrange(10**8, 10**10)))
    draft += "\nCOLLECTED "
    draft.hide("DATE", f"{case.taken:%m/%d/%Y}", optional=True)
    draft += " 07:15   ORDERED BY "
    draft.hide("PERSON", f"{case.doctor_family.upper()}, {case.doctor_given.upper()}")
    draft += " MD\n\n"
    for marker, value, flag, unit, interval in case.rows():
        draft.keep("marker", marker)
        draft += " "
        draft.keep("value", value)
        draft += f"{' ' if flag else ''}"
        draft.keep("flag", flag)
        draft += " ("
        draft.keep("range", interval)
        draft += ") "
        draft.keep("unit", unit)
        draft += "\n"
    return draft


def pipe_cards(case: Case) -> Draft:
    """Markdown cards with bold labels."""
    draft = Draft("## Result summary\n\n- **Full name:** ")
    draft.hide("PERSON", case.name)
    draft += "\n- **Birth date:** "
    draft.hide("DATE_OF_BIRTH", f"{case.born:%B %d, %Y}")
    draft += "\n- **Member ID:** "
    draft.hide("ID", f"XQ{case.number}")
    draft += "\n- **Ordering clinician:** "
    draft.hide("PERSON", f"{case.doctor_family}, {case.doctor_given}")
    draft += "\n- **Contact phone:** "
    draft.hide("PHONE", case.phone)
    draft += "\n\n| Marker | Your result | Flag | Unit | Normal range |\n|:--|--:|:-:|:--|:--|\n"
    for row in case.rows():
        for kind, text in zip(("marker", "value", "flag", "unit", "range"), row, strict=True):
            draft += "| "
            draft.keep(kind, text)
            draft += " "
        draft += "|\n"
    return draft


def ward_note(case: Case) -> Draft:
    draft = Draft("Ward round note, ")
    draft.hide("DATE", f"{case.taken:%d/%m/%Y}", optional=True)
    draft += ". Seen with Dr "
    draft.hide("PERSON", case.doctor_family)
    draft += " and SN "
    draft.hide("PERSON", f"{case.fake.first_name()} {case.fake.last_name()}")
    draft += ". Mrs "
    draft.hide("PERSON", case.family)
    draft += " (hospital number "
    draft.hide("MRN", case.number)
    draft += ") is comfortable. Friedewald LDL 2.9 mmol/L. Family updated: daughter "
    draft.hide("PERSON", case.fake.first_name())
    draft += ", reachable on "
    draft.hide("PHONE", case.phone)
    draft += ". Lives at "
    draft.hide("ADDRESS", case.street)
    draft += "."
    return draft


LAYOUTS: dict[str, tuple[str, Callable[[Case], Draft]]] = {
    "boxed_header": ("en", boxed_header),
    "header_over_values": ("en", header_over_values),
    "semicolon_export": ("en", semicolon_export),
    "stacked_labels": ("en", stacked_labels),
    "cover_letter": ("en", cover_letter),
    "dense_banner": ("en", dense_banner),
    "pipe_cards": ("en", pipe_cards),
    "ward_note": ("en", ward_note),
    "german_report": ("de", german_report),
    "french_report": ("fr", french_report),
    "spanish_report": ("es", spanish_report),
    "italian_report": ("it", italian_report),
    "polish_report": ("pl", polish_report),
    "dutch_report": ("nl", dutch_report),
    "ukrainian_report": ("uk", ukrainian_report),
}


def labelled_text(layout: str, seed: int) -> GoldText:
    """Return a labelled text in one of the layouts."""
    language, write = LAYOUTS[layout]
    draft = write(Case(language, seed))
    return GoldText(id=f"{layout}-{seed}", text=draft.text, spans=draft.spans, protected=draft.protected)

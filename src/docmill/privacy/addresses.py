"""Postal addresses without a label: streets, towns with a post code, boxes, in the forms of several countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from docmill.privacy.models import Finding

_WORD = r"[A-ZÀ-ÞĀ-ŽА-ЯІЇЄҐ][\w'’.-]*"
_STREET_TYPES = (
    "Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Terrace|Ter|Square|Sq|Highway|Hwy|Parkway|Pkwy"
    "|Circle|Cir|Trail|Trl|Close|Crescent|Cres|Row|Mews|Walk|Loop|Run|Ridge|Path|Park|Plaza|Turnpike|Pike|Crossing|Xing|Point|Pt|View|Vista"
    "|Valley|Station|Stravenue|Isle|Island|Islands|Fort|Ford|Fords|Mill|Mills|Manor|Manors|Meadow|Meadows|Mission|Motorway|Mountain|Mount"
    "|Neck|Orchard|Oval|Overpass|Pass|Passage|Pine|Pines|Plain|Plains|Port|Ports|Prairie|Radial|Ramp|Ranch|Rapid|Rapids|Rest|River|Route"
    "|Shoal|Shoals|Shore|Shores|Skyway|Spring|Springs|Spur|Spurs|Stream|Summit|Throughway|Trace|Track|Trafficway|Tunnel|Union|Unions"
    "|Underpass|Via|Viaduct|Village|Villages|Ville|Wall|Walks|Well|Wells|Alley|Annex|Arcade|Bayou|Beach|Bend|Bluff|Bluffs|Bottom|Branch"
    "|Bridge|Brook|Brooks|Burg|Burgs|Bypass|Camp|Canyon|Cape|Causeway|Center|Centers|Cliff|Cliffs|Club|Common|Commons|Corner|Corners"
    "|Course|Courts|Cove|Coves|Creek|Crest|Crossroad|Crossroads|Curve|Dale|Dam|Divide|Drives|Estate|Estates|Expressway|Extension"
    "|Extensions|Fall|Falls|Ferry|Field|Fields|Flat|Flats|Forest|Forge|Forges|Fork|Forks|Freeway|Garden|Gardens|Gateway|Glen|Glens|Green"
    "|Greens|Grove|Groves|Harbor|Harbors|Haven|Heights|Hill|Hills|Hollow|Inlet|Junction|Junctions|Key|Keys|Knoll|Knolls|Lake|Lakes|Land"
    "|Landing|Light|Lights|Loaf|Lock|Locks|Lodge|Mall"
)
_UNIT = r"(?:,? ?\n? ?(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Box|Appt|Wohnung|m\.|lok\.|bus)\.? ?#?\w{1,6}\b|,? #\w{1,6})"
_NUMBER = r"\d{1,6}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?"
_ENGLISH = rf"(?:(?:Flat|Apt\.?|Unit|Suite|House|H\.No\.|No\.) ?\w{{1,5}},? )?{_NUMBER},? (?:[NSEW]\.? )?(?:{_WORD} ){{1,4}}(?:{_STREET_TYPES})\b\.?(?: [NSEW]{{1,2}}\b)?{_UNIT}?"
_SUFFIXED = rf"(?:{_WORD}[ -]){{0,3}}[A-ZÀ-Þ]?[\w-]*(?:str\.|straße|strasse|gasse|weg|platz|allee|ring|ufer|damm|straat|laan|plein|gracht|kade|dijk|singel|steeg|gatan|vej|gata|veien) {_NUMBER}\b{_UNIT}?"
_PREFIXED = (
    rf"(?:{_NUMBER},? (?:bis |ter )?)?(?i:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai|route|cours|square|calle|c/|avenida|avda\.|plaza|paseo|pza\.|camino"
    r"|carretera|ronda|glorieta|via|viale|piazza|corso|vicolo|largo|strada|contrada|rua|travessa|ul\.|ulica|al\.|aleja|pl\.|os\.|вул\.|вулиця|просп\.|проспект|пров\.|провулок|бульв\.)"
    rf" ?(?:(?:de|du|des|la|le|les|l'|d'|del|della|dei|di|do|da|dos|los|las|el|y|San|Santa|Św\.|gen\.|im\.) ?){{0,3}}(?:{_WORD}[ -]?){{1,4}}(?:,? ?(?:nº|n°|n\.|num\.|буд\.|д\.)? ?{_NUMBER}\b(?:, ?\d{{1,2}}º? ?[A-Z]?\b)?)?{_UNIT}?"
)
_STATES = "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR|GU|VI|AS|MP|PW|FM|MH|AA|AE|AP"
_TOWN = rf"(?:{_WORD} ){{0,3}}{_WORD}"
_US_TOWN = rf"{_TOWN},? (?:{_STATES}),? \d{{5}}(?:-\d{{4}})?\b"
_UK_CODE = r"\b(?:[A-Z]{1,2}\d[A-Z\d]?) ?\d[ABD-HJLNP-UW-Z]{2}\b"
_CA_CODE = r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"
_NL_CODE = r"\b\d{4} ?[A-Z]{2}\b(?! ?\d)"
_CONTINENTAL_TOWN = rf"(?<![\w.,/-])(?:[A-Z]{{1,2}}-)?\d{{5}} (?:{_TOWN})|(?<![\w.,/-])\d{{2}}-\d{{3}} {_TOWN}"
_BOX = r"(?i:\b(?:P\.? ?O\.? Box|Postfach|Apartado|Casilla|Skr\. poczt\.|BP) \d{2,6}\b|\bPSC \d{1,5},? Box \d{1,5}|\bUnit \d{1,5},? Box \d{1,5}|\b(?:APO|FPO|DPO) A[AEP] \d{5}\b)"
_AUSTRALIAN_TOWN = rf"{_TOWN},? (?:NSW|VIC|QLD|ACT|TAS|SA|WA|NT),? \d{{4}}\b"


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], float], ...]:
    return (
        (re.compile(rf"(?<![\w./-])(?:{_ENGLISH})"), 0.85),
        (re.compile(rf"(?<![\w.-])(?:{_SUFFIXED})"), 0.85),
        (re.compile(rf"(?<![\w.-])(?:{_PREFIXED})"), 0.75),
        (re.compile(rf"(?<![\w-])(?:{_US_TOWN})"), 0.9),
        (re.compile(rf"(?<![\w-])(?:{_AUSTRALIAN_TOWN})"), 0.85),
        (re.compile(rf"{_UK_CODE}|{_CA_CODE}"), 0.75),
        (re.compile(_BOX), 0.92),
    )


def addresses(text: str) -> Iterator[Finding]:
    """Yield parts of addresses that their own form gives away."""
    for pattern, score in _patterns():
        for match in pattern.finditer(text):
            if any(letter.isdigit() for letter in match.group()):
                yield Finding(*match.span(), "ADDRESS", score, "pattern")

"""Nationalities as passports write them: ISO 3166-1 with the additions of ICAO 9303-3 §5."""

from __future__ import annotations

import unicodedata
from functools import cache

from babel import Locale
from django.utils.translation import gettext_lazy as _

# ISO 3166-1, alpha-3 → alpha-2 (CLDR names territories by alpha-2).
_PAIRS = """
    ABW:AW AFG:AF AGO:AO AIA:AI ALA:AX ALB:AL AND:AD ARE:AE ARG:AR ARM:AM ASM:AS ATG:AG AUS:AU
    AUT:AT AZE:AZ BDI:BI BEL:BE BEN:BJ BES:BQ BFA:BF BGD:BD BGR:BG BHR:BH BHS:BS BIH:BA BLM:BL
    BLR:BY BLZ:BZ BMU:BM BOL:BO BRA:BR BRB:BB BRN:BN BTN:BT BWA:BW CAF:CF CAN:CA CCK:CC CHE:CH
    CHL:CL CHN:CN CIV:CI CMR:CM COD:CD COG:CG COK:CK COL:CO COM:KM CPV:CV CRI:CR CUB:CU CUW:CW
    CXR:CX CYM:KY CYP:CY CZE:CZ DJI:DJ DMA:DM DNK:DK DOM:DO DZA:DZ ECU:EC EGY:EG ERI:ER ESH:EH
    ESP:ES EST:EE ETH:ET FIN:FI FJI:FJ FLK:FK FRA:FR FRO:FO FSM:FM GAB:GA GBR:GB GEO:GE GGY:GG
    GHA:GH GIB:GI GIN:GN GLP:GP GMB:GM GNB:GW GNQ:GQ GRC:GR GRD:GD GRL:GL GTM:GT GUF:GF GUM:GU
    GUY:GY HKG:HK HND:HN HRV:HR HTI:HT HUN:HU IDN:ID IMN:IM IND:IN IOT:IO IRL:IE IRN:IR IRQ:IQ
    ISL:IS ISR:IL ITA:IT JAM:JM JEY:JE JOR:JO JPN:JP KAZ:KZ KEN:KE KGZ:KG KHM:KH KIR:KI KNA:KN
    KOR:KR KWT:KW LAO:LA LBN:LB LBR:LR LBY:LY LCA:LC LIE:LI LKA:LK LSO:LS LTU:LT LUX:LU LVA:LV
    MAC:MO MAF:MF MAR:MA MCO:MC MDA:MD MDG:MG MDV:MV MEX:MX MHL:MH MKD:MK MLI:ML MLT:MT MMR:MM
    MNE:ME MNG:MN MNP:MP MOZ:MZ MRT:MR MSR:MS MTQ:MQ MUS:MU MWI:MW MYS:MY MYT:YT NAM:NA NCL:NC
    NER:NE NFK:NF NGA:NG NIC:NI NIU:NU NLD:NL NOR:NO NPL:NP NRU:NR NZL:NZ OMN:OM PAK:PK PAN:PA
    PCN:PN PER:PE PHL:PH PLW:PW PNG:PG POL:PL PRI:PR PRK:KP PRT:PT PRY:PY PSE:PS PYF:PF QAT:QA
    REU:RE ROU:RO RUS:RU RWA:RW SAU:SA SDN:SD SEN:SN SGP:SG SHN:SH SJM:SJ SLB:SB SLE:SL SLV:SV
    SMR:SM SOM:SO SPM:PM SRB:RS SSD:SS STP:ST SUR:SR SVK:SK SVN:SI SWE:SE SWZ:SZ SXM:SX SYC:SC
    SYR:SY TCA:TC TCD:TD TGO:TG THA:TH TJK:TJ TKL:TK TKM:TM TLS:TL TON:TO TTO:TT TUN:TN TUR:TR
    TUV:TV TWN:TW TZA:TZ UGA:UG UKR:UA URY:UY USA:US UZB:UZ VAT:VA VCT:VC VEN:VE VGB:VG VIR:VI
    VNM:VN VUT:VU WLF:WF WSM:WS YEM:YE ZAF:ZA ZMB:ZM ZWE:ZW
"""
ISO = dict(pair.split(":") for pair in _PAIRS.split())

# ICAO writes Germany with one letter; Kosovo has no ISO code and CLDR calls it XK.
TERRITORIES = {**{code: two for code, two in ISO.items() if code != "DEU"}, "D": "DE", "RKS": "XK"}

# What a passport may name instead of a State. Not here: UTO (specimen), IAO (signs only), ANT and NTZ
# (withdrawn).
SPECIAL = {
    "GBD": _("British overseas territories citizen"),
    "GBN": _("British national (overseas)"),
    "GBO": _("British overseas citizen"),
    "GBP": _("British protected person"),
    "GBS": _("British subject"),
    "EUE": _("European Union (laissez-passer)"),
    "UNO": _("United Nations (official)"),
    "UNA": _("United Nations (specialised agency)"),
    "UNK": _("Kosovo resident (United Nations mission)"),
    "XBA": _("African Development Bank"),
    "XIM": _("African Export-Import Bank"),
    "XCC": _("Caribbean Community"),
    "XCE": _("Council of Europe"),
    "XCO": _("Common Market for Eastern and Southern Africa"),
    "XEC": _("Economic Community of West African States"),
    "XPO": _("Interpol"),
    "XES": _("Organization of Eastern Caribbean States"),
    "XMP": _("Parliamentary Assembly of the Mediterranean"),
    "XOM": _("Sovereign Military Order of Malta"),
    "XDC": _("Southern African Development Community"),
    "XXA": _("Stateless person (1954 Convention)"),
    "XXB": _("Refugee (1951 Convention)"),
    "XXC": _("Refugee (other)"),
    "XXX": _("Nationality not stated"),
}
CODES = frozenset(TERRITORIES) | frozenset(SPECIAL)
ALIASES = {"DEU": "D", "D<<": "D", "XKX": "RKS", "KOS": "RKS"}


def icao_code(code: str) -> str:
    """The code as ICAO writes it: `DEU` → `D`; unknown codes, among them the specimen's,
    give an empty string.
    """
    code = code.strip().upper().rstrip("<")
    code = ALIASES.get(code, code)
    return code if code in CODES else ""


def iso3(code: str) -> str:
    """The ISO 3166-1 alpha-3 code of an ICAO code; codes that ISO lacks stay as they are."""
    return "DEU" if code == "D" else code


@cache
def _territories(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(language, sep="-").territories
    english = Locale.parse("en").territories
    rows = [(code, names.get(two) or english[two]) for code, two in TERRITORIES.items()]
    return tuple(sorted(rows, key=lambda row: _collation_key(row[1])))


def _collation_key(name: str) -> str:
    # Close enough to each language's own order for a list: accents and Ё must not fall behind Z and Я.
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def nationalities(language: str) -> list[tuple[str, str]]:
    """Pairs of ICAO code and name in `language`, in its alphabet, the special codes of ICAO last."""
    return [*_territories(language), *((code, str(name)) for code, name in SPECIAL.items())]


def nationality_name(code: str, language: str) -> str:
    """Name of an ICAO code in a language; the code itself when it is unknown."""
    if code in SPECIAL:
        return str(SPECIAL[code])
    two = TERRITORIES.get(code)
    return (Locale.parse(language, sep="-").territories.get(two) or code) if two else code

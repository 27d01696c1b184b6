"""The sample customer with family and firm: invented, with numbers that nobody has."""

from __future__ import annotations

from datetime import date

Facts = dict[str, str | bool | date | None]

CUSTOMER: Facts = {
    "last_name": "Müller",
    "first_name": "Anna Sophie",
    "last_name_latin": "MUELLER",
    "first_name_latin": "ANNA SOPHIE",
    "sex": "F",
    "birth_date": date(1988, 4, 12),
    "nationality": "D",
    "document_type": "passport",
    "document_series": "C",
    "document_number": "01X00T478",
    "issued_on": date(2023, 5, 9),
    "expires_on": date(2033, 5, 8),
    "issued_by": "Stadt Leipzig",
    "phone": "+493411234567",
    "address": "Musterweg 7, 04109 Leipzig",
}

ORGANISATION = {
    "name": "Müller Umbrellas",
    "legal_form": "GmbH",
    "country": "D",
    "number": "HRB 00000",
    "legal_address": "Musterweg 7, 04109 Leipzig",
    "bank_account": "",
    "signatory_name": "Anna Sophie Müller",
    "signatory_post": "Managing director",
    "signatory_basis": "Articles of association",
    "email": "papers@umbrellas.example",
    "phone": "+493411234567",
}

FAMILY: list[Facts] = [
    {
        "last_name": "Müller",
        "first_name": "Jonas",
        "last_name_latin": "MUELLER",
        "first_name_latin": "JONAS",
        "sex": "M",
        "birth_date": date(1986, 11, 3),
        "nationality": "D",
        "document_type": "passport",
        "document_series": "C",
        "document_number": "01X00T479",
        "issued_on": date(2023, 5, 9),
        "expires_on": date(2033, 5, 8),
        "issued_by": "Stadt Leipzig",
    },
    {
        "last_name": "Müller",
        "first_name": "Mia",
        "last_name_latin": "MUELLER",
        "first_name_latin": "MIA",
        "sex": "F",
        "birth_date": date(2015, 7, 21),
        "nationality": "D",
        "document_type": "passport",
        "document_series": "C",
        "document_number": "01X00T480",
        "issued_on": date(2024, 2, 1),
        "expires_on": date(2030, 1, 31),
        "issued_by": "Stadt Leipzig",
    },
    {
        "last_name": "محمدی",
        "first_name": "رضا",
        "last_name_latin": "MOHAMMADI",
        "first_name_latin": "REZA",
        "sex": "M",
        "birth_date": date(1959, 1, 30),
        "nationality": "IRN",
        "document_type": "passport",
        "document_series": "",
        "document_number": "K12345678",
        "issued_on": date(2022, 9, 15),
        "expires_on": date(2032, 9, 14),
        "issued_by": "Tehran",
    },
]

HOME = {"address": "Minsk, Niamiha 1-7", "built_in": "1985", "area": "54"}

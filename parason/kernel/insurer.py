"""Who insures: names, phones and legal details from one file, so that no page spells them out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Texts = Mapping[str, str]
# Only colours pass: the values are served as CSS.
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Token = Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,30}$")]


class Strict(BaseModel):
    """A table of the file; an unknown key is a typing mistake and is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Phones(Strict):
    """`assistance` answers at any hour, for the insured; `office` in working hours, for everybody."""

    assistance: str
    office: str


class Colours(Strict):
    """Tokens of the look (`brand`, `accent`, …) that differ from the built-in ones."""

    light: dict[Token, Colour] = {}
    dark: dict[Token, Colour] = {}


class Certificate(Strict):
    """What stands under a policy: where it is issued and who signs. Texts by language."""

    place: Texts
    signatory: Texts


class Insurer(Strict):
    """The insurer as in its file. Texts by language are read with `text()`."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,20}$")]
    name: Texts
    slogan: Texts
    legal_name: Texts
    seat: Texts
    unp: str
    licence: Texts
    phones: Phones
    email: str
    site: str
    colours: Colours = Colours()
    certificate: Certificate


def text(texts: Texts, language: str) -> str:
    """The text in a language, else in English, else in the first one given."""
    wanted = (language, language.split("-")[0], "en")
    return next((texts[code] for code in wanted if texts.get(code)), next(iter(texts.values()), ""))


@lru_cache(maxsize=4)
def read(path: Path) -> Insurer:
    """Read and check one insurer's file; raises ImproperlyConfigured naming the file and the key."""
    try:
        return Insurer.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ImproperlyConfigured(f"PARASON_INSURER: {path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ImproperlyConfigured(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise ImproperlyConfigured(f"{path}: {'; '.join(faults)}") from error


def insurer() -> Insurer:
    """The insurer of this portal, read once per process."""
    return read(settings.PARASON_INSURER)

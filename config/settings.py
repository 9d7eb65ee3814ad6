"""Settings from the environment, read once and checked together."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from environs import Env, ValidationError, validate

from config.errors import LANGUAGES

_LOGO_BYTES: Final = 1_000_000
_LOGO_PIXELS: Final = range(16, 4001)
# The usual port of each way to a mail server.
_MAIL_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS: Final = validate.Regexp(
    r"(\[[0-9a-fA-F:]+\]|[0-9a-zA-Z.-]+):[0-9]{1,5}$", error="an address such as 127.0.0.1:8000"
)
_RATE: Final = validate.Regexp(
    r"off$|[1-9][0-9]{0,6}/(second|minute|hour|day)$", error="a rate such as 30/minute, or off"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What the environment may change; every field is documented in docs/configuration.md.

    `database_url` None means the embedded PostgreSQL, with its data under `data_dir`; `web_database_url` is the same
    database for the fenced role (config/fences.py). What employees hand in is kept under `documents_dir`. `logo` is the
    picture in the place that documents keep for one, `terms` who pays providers and what is withheld from them.
    `controller` is who runs the network and answers for its data, `contact` and `dpo` where people write to. From
    `bind` on, how the web application is run and limited.
    """

    database_url: str | None
    web_database_url: str | None
    data_dir: Path
    documents_dir: Path
    language: str
    clock: datetime | None
    logo: Path | None
    terms: Path | None
    controller: str | None
    contact: str | None
    dpo: str | None
    public_url: str | None
    page_secret: str | None
    mail_host: str | None
    mail_port: int
    mail_tls: str
    mail_user: str | None
    mail_password: str | None = field(repr=False)
    mail_from: str
    webhooks_private: bool
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: str | None = field(repr=False)
    oidc_tax_code_claim: str | None
    bind: str
    metrics_bind: str
    workers: int
    threads: int
    proxies: int
    log_format: str
    log_level: str
    rate: str
    rate_searches: str
    rate_guarded: str


def _default_data_dir() -> Path:
    # A server that root starts runs as another user, which must be able to reach its data:
    # opening /root or a private checkout to others is not ours to do.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/borsellino")
    return Path("var").resolve()


def _only_postgresql(address: str | None) -> None:
    # With or without the driver's name; nothing of the address is repeated, there may be a password in it.
    if address and re.match(r"postgres(ql)?(\+psycopg)?://", address) is None:
        raise ValidationError("only postgresql://")


def _only_web_address(address: str | None) -> None:
    if address and re.fullmatch(r"https?://[^\s?#@]+", address) is None:
        raise ValidationError("an address such as https://welfare.example.it")


def _only_mail_address(address: str | None) -> None:
    # It becomes a link.
    if address and re.fullmatch(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+", address) is None:
        raise ValidationError("an address such as aiuto@example.it")


def _only_issuer(address: str | None) -> None:
    # What it says of somebody lets them in: on the way it must be neither read nor changed.
    secure = r"https://[^\s?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[^\s?#@]*)?"
    if address and re.fullmatch(secure, address) is None:
        raise ValidationError("an address such as https://spid.example.it")


def _only_sender(sender: str) -> None:
    # A header is made of it.
    if re.fullmatch(r"([\w .'’-]+ <)?[^\s<>@,;\"]+@[^\s<>@,;\"]+>?", sender) is None or (">" in sender) != (
        "<" in sender
    ):
        raise ValidationError("an address such as Welfare <welfare@example.it>")


def _only_small_picture(path: str | None) -> None:
    if not path:
        return
    from PIL import Image

    try:
        if Path(path).stat().st_size > _LOGO_BYTES:
            raise ValidationError("a PNG or JPEG of at most 1 MB")
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            if not all(side in _LOGO_PIXELS for side in picture.size):
                raise ValidationError("a picture of 16 to 4000 pixels a side")
            picture.load()
    except (OSError, ValueError, SyntaxError) as error:
        if isinstance(error, ValidationError):
            raise
        raise ValidationError("a PNG or JPEG file that can be read") from None


@cache
def load() -> Settings:
    """Read the environment; every bad variable is reported at once."""
    env = Env(eager=False)
    database_url = env.str("DATABASE_URL", None, validate=_only_postgresql)
    with env.prefixed("BORSELLINO_"):
        web_database_url = env.str("WEB_DATABASE_URL", None, validate=_only_postgresql)
        data_dir = env.path("DATA_DIR", None) or _default_data_dir()
        documents_dir = env.path("DOCUMENTS_DIR", None) or data_dir / "documents"
        language = env.str("LANGUAGE", "it", validate=validate.OneOf(LANGUAGES))
        clock = env.datetime("CLOCK", None)
        logo = env.str("LOGO", None, validate=_only_small_picture)
        terms = env.str("TERMS", None)
        controller = env.str("CONTROLLER", None, validate=validate.Length(max=300))
        contact = env.str("CONTACT", None, validate=_only_mail_address)
        dpo = env.str("DPO", None, validate=_only_mail_address)
        public_url = env.str("PUBLIC_URL", None, validate=_only_web_address)
        page_secret = env.str("PAGE_SECRET", None, validate=validate.Length(min=32)) or None
        mail_host = env.str("MAIL_HOST", None) or None
        # Where it is wrong it is None until all are told of together.
        mail_tls = env.str("MAIL_TLS", "starttls", validate=validate.OneOf(tuple(_MAIL_PORTS)))
        mail_port = env.int("MAIL_PORT", None, validate=validate.Range(1, 65535)) or _MAIL_PORTS.get(mail_tls, 0)
        mail_user = env.str("MAIL_USER", None) or None
        mail_password = env.str("MAIL_PASSWORD", None)
        mail_from = env.str("MAIL_FROM", "borsellino@localhost.localdomain", validate=_only_sender)
        webhooks_private = env.bool("WEBHOOKS_PRIVATE", False)
        oidc_issuer = env.str("OIDC_ISSUER", None, validate=_only_issuer)
        oidc_client_id = env.str("OIDC_CLIENT_ID", None) or None
        oidc_client_secret = env.str("OIDC_CLIENT_SECRET", None) or None
        oidc_tax_code_claim = env.str("OIDC_TAX_CODE_CLAIM", None) or None
        bind = env.str("BIND", "127.0.0.1:8000", validate=_ADDRESS)
        metrics_bind = env.str("METRICS_BIND", "127.0.0.1:8001", validate=_ADDRESS)
        workers = env.int("WORKERS", 3, validate=validate.Range(1, 64))
        threads = env.int("THREADS", 4, validate=validate.Range(1, 64))
        proxies = env.int("PROXIES", 0, validate=validate.Range(0, 8))
        log_format = env.str("LOG_FORMAT", "auto", validate=validate.OneOf(("auto", "json", "text")))
        log_level = env.str("LOG_LEVEL", "info", validate=validate.OneOf(("info", "warning")))
        rate = env.str("RATE", "1200/minute", validate=_RATE)
        rate_searches = env.str("RATE_SEARCHES", "300/minute", validate=_RATE)
        rate_guarded = env.str("RATE_GUARDED", "30/minute", validate=_RATE)
    env.seal()
    return Settings(
        database_url=database_url or None,
        web_database_url=web_database_url or None,
        data_dir=data_dir,
        documents_dir=documents_dir,
        language=language,
        clock=clock,
        logo=Path(logo) if logo else None,
        terms=Path(terms) if terms else None,
        controller=(controller or "").strip() or None,
        contact=contact or None,
        dpo=dpo or None,
        public_url=public_url.rstrip("/") if public_url else None,
        page_secret=page_secret,
        mail_host=mail_host,
        mail_port=mail_port,
        mail_tls=mail_tls,
        mail_user=mail_user,
        mail_password=mail_password,
        mail_from=mail_from,
        webhooks_private=webhooks_private,
        oidc_issuer=oidc_issuer.rstrip("/") if oidc_issuer else None,
        oidc_client_id=oidc_client_id,
        oidc_client_secret=oidc_client_secret,
        oidc_tax_code_claim=oidc_tax_code_claim,
        bind=bind,
        metrics_bind=metrics_bind,
        workers=workers,
        threads=threads,
        proxies=proxies,
        log_format=log_format,
        log_level=log_level,
        rate=rate,
        rate_searches=rate_searches,
        rate_guarded=rate_guarded,
    )

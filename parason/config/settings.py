"""All settings, from the environment; a missing or wrong one stops the start with a hint."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
PACKAGE = Path(__file__).resolve().parent.parent

PARASON_DEMO = env.bool("PARASON_DEMO", default=False)
DEBUG = env.bool("PARASON_DEBUG", default=False)
PARASON_MAINTENANCE = env.bool("PARASON_MAINTENANCE", default=False)  # every page answers 503 and says why
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not PARASON_DEMO:
        raise ImproperlyConfigured("SECRET_KEY is not set: give 50 random characters, or use `parason demo`.")
    SECRET_KEY = "demo-only-" + "0" * 50
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short: at least 50 random characters.")

PARASON_BASE_URL = env.str("PARASON_BASE_URL", default="http://localhost:8000").rstrip("/")
PARASON_ZONE = env.str("PARASON_ZONE", default="Europe/Minsk")
PARASON_INSURER = Path(env.str("PARASON_INSURER", default=str(PACKAGE / "demo" / "insurer.toml")))
# Directories with products of the insurer's own, beside ours.
PARASON_CATALOGUE = [Path(path) for path in env.list("PARASON_CATALOGUE", default=[])]
# How long a price, and then an unpaid contract, stands.
PARASON_QUOTE_HOURS = env.int("PARASON_QUOTE_HOURS", default=24)
# In which premiums are paid, whatever the tariff counts in.
PARASON_CURRENCY = env.str("PARASON_CURRENCY", default="BYN")
HTTPS = PARASON_BASE_URL.startswith("https://")

ALLOWED_HOSTS = env.list("PARASON_ALLOWED_HOSTS", default=[urlsplit(PARASON_BASE_URL).hostname or ""])
CSRF_TRUSTED_ORIGINS = [PARASON_BASE_URL]

INSTALLED_APPS = [
    "parason.accounts",
    "parason.products",
    "parason.quotes",
    "parason.contracts",
    "parason.checkout",
    "parason.payments",
    "parason.documents",
    "parason.website",
    "parason.backoffice",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "parason.website.apps.DevicesConfig",  # allauth.usersessions
    "django_htmx",
    "pgtrigger",
    "procrastinate.contrib.django",
]
if PARASON_DEMO:
    INSTALLED_APPS.append("parason.demo")

MIDDLEWARE = [
    "parason.website.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "parason.website.middleware.CompressMiddleware",
    "parason.website.middleware.MaintenanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "parason.website.middleware.SameOriginMiddleware",
    "parason.website.sessions.AccountMiddleware",
    "parason.website.sessions.SessionAgeMiddleware",
    "parason.website.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "parason.website.refused.RefusedFormMiddleware",
    "parason.website.staff.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "parason.config.urls"
WSGI_APPLICATION = "parason.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "parason.website.context.portal",
            ],
            "libraries": {"i18n": "parason.website.templatetags.said"},
            "builtins": ["parason.website.templatetags.addresses"],
        },
    }
]
# `i18n` is ours, in the place of Django's (see TEMPLATES); the check takes two of a name for a mistake.
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
FORM_RENDERER = "parason.website.rendering.Renderer"

DATABASES = {"default": env.db_url("DATABASE_URL", default="postgresql:///parason")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host/name"
    )
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "connect_timeout": 2,
    # PostgreSQL plans a statement once per connection: a third of its work, and a tenth of ours.
    "server_side_binding": True,
    "prepare_threshold": 3,
    "pool": {"min_size": 1, "max_size": env.int("PARASON_DATABASE_POOL", default=8), "timeout": 5},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "parason.accounts.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "parason.accounts.passwords.NotGuessable"},
    {"NAME": "parason.accounts.passwords.NotOurName"},
    {"NAME": "parason.accounts.passwords.LongForStaff"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "policies"
ACCOUNT_ADAPTER = "parason.website.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "parason.website.forms.account.SignupForm",
    "login": "parason.website.forms.account.LoginForm",
    "add_email": "parason.website.forms.account.ChangeEmailForm",
    "change_password": "parason.website.forms.account.ChangePasswordForm",
    "reset_password": "parason.website.forms.account.ResetPasswordForm",
    "reset_password_from_key": "parason.website.forms.account.NewPasswordForm",
    "reauthenticate": "parason.website.forms.account.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Counted in the shared cache, so all workers count together; decision 0041 says where the figures come from.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/5m/ip,10/5m/key",
    "signup": "20/m/ip",
    "confirm_email": "1/m/key,3/6h/key",
    "reset_password": "20/m/ip,5/d/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
    "second_factor": "10/5m/ip,5/5m/key,20/h/key,50/d/key",
    "passport_photo": "10/m/user",
}
# Proxies in front of the portal that add to X-Forwarded-For; 0 believes no header at all.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PARASON_TRUSTED_PROXIES", default=0)
MFA_ADAPTER = "parason.website.adapters.FactorsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Parason"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_FORMS = {
    "authenticate": "parason.website.forms.account.SecondFactorForm",
    "reauthenticate": "parason.website.forms.account.SecondFactorAgainForm",
    "activate_totp": "parason.website.forms.account.ActivateTotpForm",
    "deactivate_totp": "parason.website.forms.account.DeactivateTotpForm",
    "add_webauthn": "parason.website.forms.account.AddPasskeyForm",
    "edit_webauthn": "parason.website.forms.account.RenamePasskeyForm",
}
USERSESSIONS_TRACK_ACTIVITY = False
USERSESSIONS_ADAPTER = "parason.website.devices.DevicesAdapter"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("ar", "العربية")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "parason.website.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "parason.website.views.errors.forbidden_form"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("PARASON_STATIC_ROOT", default=str(PACKAGE.parent / ".static")))
# `parason migrate` collects them: names carry a hash and browsers keep them for ever. Before, they are served
# as they lie.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "parason.config.storage.StaticFiles"},
}
WHITENOISE_USE_FINDERS = DEBUG or not (STATIC_ROOT / "staticfiles.json").is_file()

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
PARASON_PDF_SIGNER = {  # who signs the PDFs (PAdES): kind "file" or "pkcs11"; empty: nobody
    "kind": env.str("PARASON_PDF_SIGNER", default=""),
    "file": env.str("PARASON_PDF_SIGNER_FILE", default=""),
    "password": env.str("PARASON_PDF_SIGNER_PASSWORD", default=""),
    "library": env.str("PARASON_PDF_SIGNER_LIBRARY", default=""),
    "token": env.str("PARASON_PDF_SIGNER_TOKEN", default=""),
    "label": env.str("PARASON_PDF_SIGNER_LABEL", default=""),
    "pin": env.str("PARASON_PDF_SIGNER_PIN", default=""),
    "timestamps": env.str("PARASON_PDF_SIGNER_TIMESTAMPS", default=""),  # address of a time-stamping service
}
PARASON_APPLE_WALLET = {  # offered once certificate, key and intermediate are there
    "certificate": env.str("PARASON_APPLE_WALLET_CERTIFICATE", default=""),
    "key": env.str("PARASON_APPLE_WALLET_KEY", default=""),
    "password": env.str("PARASON_APPLE_WALLET_PASSWORD", default=""),
    "intermediate": env.str("PARASON_APPLE_WALLET_INTERMEDIATE", default=""),
    "pass_type": env.str("PARASON_APPLE_WALLET_PASS_TYPE", default=""),
    "team": env.str("PARASON_APPLE_WALLET_TEAM", default=""),
}
PARASON_GOOGLE_WALLET = {  # offered once the account is there
    "account": env.str("PARASON_GOOGLE_WALLET_ACCOUNT", default=""),
    "issuer": env.str("PARASON_GOOGLE_WALLET_ISSUER", default=""),
    "class": env.str("PARASON_GOOGLE_WALLET_CLASS", default="policy"),
}
PARASON_DKIM = {
    "domain": env.str("PARASON_DKIM_DOMAIN", default=""),
    "selector": env.str("PARASON_DKIM_SELECTOR", default="parason"),
    "key": env.str("PARASON_DKIM_KEY", default=""),  # path of a PEM file; empty: letters are not signed
}
DEFAULT_FROM_EMAIL = env.str("PARASON_MAIL_FROM", default="Parason <no-reply@localhost>")

PARASON_BEGATEWAY = {
    "checkout_url": env.str("PARASON_BEGATEWAY_CHECKOUT_URL", default=""),
    "gateway_url": env.str("PARASON_BEGATEWAY_GATEWAY_URL", default=""),
    "api_url": env.str("PARASON_BEGATEWAY_API_URL", default=""),
    "shop_id": env.str("PARASON_BEGATEWAY_SHOP_ID", default=""),
    "secret_key": env.str("PARASON_BEGATEWAY_SECRET_KEY", default=""),
    "public_keys": env.list("PARASON_BEGATEWAY_PUBLIC_KEY", default=[]),  # two while one replaces the other
    "report_url": env.str("PARASON_BEGATEWAY_REPORT_URL", default=""),
    "redirect_hosts": env.list("PARASON_BEGATEWAY_REDIRECT_HOSTS", default=[]),
    "test": env.bool("PARASON_BEGATEWAY_TEST", default=PARASON_DEMO),
    "basic_required": env.bool("PARASON_BEGATEWAY_BASIC_REQUIRED", default=True),
    "erip": env.bool("PARASON_BEGATEWAY_ERIP", default=PARASON_DEMO),  # bills besides cards; BYN only
    "erip_service_no": env.str("PARASON_BEGATEWAY_ERIP_SERVICE", default=""),
    # Who pays out to us, as our bank's statements name them.
    "payers": env.list("PARASON_BEGATEWAY_PAYER", default=["Sandbox bank"] if PARASON_DEMO else []),
}

PARASON_STRIPE = {
    "secret_key": env.str("PARASON_STRIPE_SECRET_KEY", default=""),
    "webhook_secrets": env.list("PARASON_STRIPE_WEBHOOK_SECRET", default=[]),  # two during a change
    "shop_id": env.str("PARASON_STRIPE_SHOP_ID", default="main"),
    "api_url": env.str("PARASON_STRIPE_API_URL", default=""),
}
# Where organisations send bank transfers; statements of this account are imported in the back office.
PARASON_TRANSFER = {
    "iban": env.str("PARASON_TRANSFER_IBAN", default=""),
    "holder": env.str("PARASON_TRANSFER_HOLDER", default=""),
    "bank": env.str("PARASON_TRANSFER_BANK", default=""),
}
# The gateway asks before it charges a card; the shop must be enabled for it.
PARASON_PRECHECK = env.bool("PARASON_PRECHECK", default=False)

UNFOLD = {  # the records of the back office
    "SITE_TITLE": "Parason",
    "SITE_HEADER": "Parason",
    "SITE_URL": "/backoffice/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "COLORS": {"primary": dict.fromkeys(("500", "600", "700"), "15 76 58")},
    "SIDEBAR": {"show_all_applications": True},
}

# One cache for all processes, in the same PostgreSQL: rate limits count across workers.
CACHES = {"default": {"BACKEND": "parason.website.cache.SharedCache", "LOCATION": "cache"}}

# Jobs live in the journeys; the worker and whoever defers by name read them from here.
PROCRASTINATE_IMPORT_PATHS = ["parason.journeys.jobs", "parason.documents.jobs"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("PARASON_LOG_LEVEL", default="INFO")},
    "loggers": {"httpx": {"level": "WARNING"}, "procrastinate": {"level": "WARNING"}},
}

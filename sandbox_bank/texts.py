"""The words of the pages that a payer sees, in English, Russian and Arabic."""

from functools import cache

LANGUAGES = {"en": "English", "ru": "Русский", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar"})

# \u2066 and \u2069 keep Latin words that begin with a figure together between Arabic ones.
TEXTS: dict[str, tuple[str, str, str]] = {
    "sandbox": (
        "Sandbox bank: no real money moves here.",
        "Банк-песочница: настоящие деньги не движутся.",
        "مصرف تجريبي: لا تتحرك هنا أي نقود حقيقية.",
    ),
    "never_real": (
        "Use only the test cards below, never a real one.",
        "Используйте только тестовые карты ниже, никогда не настоящую.",
        "استخدم بطاقات الاختبار أدناه فقط، ولا تستخدم بطاقة حقيقية أبدًا.",
    ),
    "title": ("Payment by card", "Оплата картой", "الدفع بالبطاقة"),
    "to_pay": ("To pay", "К оплате", "المبلغ المطلوب"),
    "order": ("Order", "Заказ", "الطلب"),
    "shop": ("Shop", "Магазин", "المتجر"),
    "number": ("Card number", "Номер карты", "رقم البطاقة"),
    "expiry": ("Valid until (MM/YY)", "Срок действия (ММ/ГГ)", "صالحة حتى (شهر/سنة)"),
    "cvc": ("CVC", "CVC", "CVC"),
    "cvc_hint": ("3 digits on the back", "3 цифры на обороте", "3 أرقام على ظهر البطاقة"),
    "holder": ("Name on card", "Имя на карте", "الاسم على البطاقة"),
    "pay": ("Pay", "Оплатить", "ادفع"),
    "cancel": ("Cancel and return to the shop", "Отменить и вернуться в магазин", "إلغاء والعودة إلى المتجر"),
    "force": ("Sandbox: answer of the bank", "Песочница: ответ банка", "تجريبي: جواب المصرف"),
    "force_card": ("As the card decides", "Как решит карта", "كما تقرر البطاقة"),
    "test_cards": ("Test cards", "Тестовые карты", "بطاقات الاختبار"),
    "test_cards_how": (
        "Any month in the future, any CVC, any name. A click on a number fills the form in.",
        "Любой будущий месяц, любой CVC, любое имя. Щелчок по номеру заполнит форму.",
        "أي شهر في المستقبل، وأي CVC، وأي اسم. النقر على رقم يملأ النموذج.",
    ),
    "fill_in": ("Fill in", "Заполнить:", "املأ:"),
    "card_does": ("What it does", "Что она делает", "ماذا تفعل"),
    "does_ok": ("Paid", "Оплачено", "تُدفع"),
    "does_declined": ("Declined", "Отклонено", "تُرفض"),
    "does_3ds": (
        "Paid, 3-D Secure without a question",
        "Оплачено, 3-D Secure без вопроса",
        "تُدفع، مع \u20663-D Secure\u2069 دون سؤال",
    ),
    "does_challenge": (
        "3-D Secure asks for a code",
        "3-D Secure спросит код",
        "يسأل \u20663-D Secure\u2069 عن رمز",
    ),
    "does_3ds_fails": (
        "3-D Secure fails, declined",
        "3-D Secure не пройден, отклонено",
        "يفشل \u20663-D Secure\u2069 فتُرفض",
    ),
    "problem": ("There is a problem", "Есть ошибка", "هناك مشكلة"),
    "error": ("Error", "Ошибка", "خطأ"),
    "bad_number": (
        "This is not one of the test cards. The sandbox takes no other.",
        "Это не тестовая карта. Других песочница не принимает.",
        "هذه ليست من بطاقات الاختبار. لا يقبل المصرف التجريبي غيرها.",
    ),
    "bad_expiry": (
        "Enter month and year as MM/YY",
        "Введите месяц и год как ММ/ГГ",
        "أدخل الشهر والسنة هكذا: MM/YY",
    ),
    "past_expiry": ("The card has expired", "Срок действия карты истёк", "انتهت صلاحية البطاقة"),
    "bad_cvc": ("Enter the 3 digits of the CVC", "Введите 3 цифры CVC", "أدخل أرقام CVC الثلاثة"),
    "bad_holder": ("Enter the name on the card", "Введите имя на карте", "أدخل الاسم على البطاقة"),
    "tries_left": ("Tries left: {n}", "Осталось попыток: {n}", "المحاولات الباقية: {n}"),
    "declined_again": (
        "The payment was declined: {why}. You can try again.",
        "Платёж отклонён: {why}. Можно попробовать ещё раз.",
        "رُفضت الدفعة: {why}. يمكنك المحاولة مرة أخرى.",
    ),
    "busy": (
        "The payment is being processed. Wait a moment and reload this page.",
        "Платёж обрабатывается. Подождите и обновите страницу.",
        "الدفعة قيد المعالجة. انتظر لحظة ثم حدّث الصفحة.",
    ),
    "paid_title": ("Payment successful", "Платёж прошёл", "تم الدفع"),
    "declined_title": ("Payment declined", "Платёж отклонён", "رُفضت الدفعة"),
    "expired_title": ("The time to pay is over", "Время на оплату вышло", "انتهى وقت الدفع"),
    "unknown_title": ("There is no such payment", "Такого платежа нет", "لا توجد دفعة كهذه"),
    "unknown_text": (
        "The address is incomplete, or the bank has forgotten this payment.",
        "Адрес неполный, или банк забыл этот платёж.",
        "العنوان ناقص، أو أن المصرف نسي هذه الدفعة.",
    ),
    "expired_text": (
        "Nothing was charged. Go back to the shop and start a new payment.",
        "Ничего не списано. Вернитесь в магазин и начните новый платёж.",
        "لم يُخصم شيء. عد إلى المتجر وابدأ دفعة جديدة.",
    ),
    "amount_paid": ("Paid", "Оплачено", "دُفع"),
    "reason": ("Reason", "Причина", "السبب"),
    "back": ("Return to the shop", "Вернуться в магазин", "العودة إلى المتجر"),
    "auto": (
        "You return to the shop in {n} s.",
        "Возврат в магазин через {n} с.",
        "تعود إلى المتجر بعد {n} ث.",
    ),
    "acs_title": ("Confirm the payment", "Подтвердите платёж", "أكّد الدفعة"),
    "acs_bank": (
        "Card issuer of the sandbox (3-D Secure)",
        "Банк-эмитент песочницы (3-D Secure)",
        "مُصدر البطاقة في المصرف التجريبي (\u20663-D Secure\u2069)",
    ),
    "acs_text": (
        "A real bank would send a code to your phone. Here it is always {code}.",
        "Настоящий банк прислал бы код на телефон. Здесь он всегда {code}.",
        "كان المصرف الحقيقي سيرسل رمزًا إلى هاتفك. هنا هو دائمًا {code}.",
    ),
    "acs_card": ("Card", "Карта", "البطاقة"),
    "acs_code": ("Confirmation code", "Код подтверждения", "رمز التأكيد"),
    "acs_confirm": ("Confirm", "Подтвердить", "تأكيد"),
    "acs_cancel": ("Cancel the payment", "Отменить платёж", "إلغاء الدفعة"),
    "acs_wrong": (
        "The code is wrong. Try again.",
        "Код неверный. Попробуйте ещё раз.",
        "الرمز خاطئ. حاول مرة أخرى.",
    ),
    "kiosk_title": ("ERIP kiosk", "Киоск ЕРИП", "جهاز ERIP"),
    "kiosk_text": (
        "Pay a bill by its account number, as in a bank's app or at a cashier's desk.",
        "Оплатите счёт по номеру, как в приложении банка или в кассе.",
        "ادفع فاتورة برقم حسابها، كما في تطبيق المصرف أو عند الصندوق.",
    ),
    "account": ("Account number of the bill", "Номер счёта", "رقم حساب الفاتورة"),
    "find": ("Find the bill", "Найти счёт", "ابحث عن الفاتورة"),
    "no_bill": (
        "There is no bill to pay under this number.",
        "Счёта к оплате с таким номером нет.",
        "لا توجد فاتورة للدفع بهذا الرقم.",
    ),
    "bill": ("Bill", "Счёт", "الفاتورة"),
    "pay_bill": ("Pay the bill", "Оплатить счёт", "ادفع الفاتورة"),
    "break_bill": ("Interrupt the payment", "Прервать оплату", "اقطع الدفع"),
    "bill_paid": ("The bill is paid.", "Счёт оплачен.", "دُفعت الفاتورة."),
    "bill_broken": (
        "The payment was interrupted. The bill can still be paid.",
        "Оплата прервана. Счёт ещё можно оплатить.",
        "انقطع الدفع. ما زال بالإمكان دفع الفاتورة.",
    ),
    "service": ("Service", "Услуга", "الخدمة"),
}


@cache
def words(language: str) -> dict[str, str]:
    """All texts of one language; an unknown one falls back to English."""
    index = list(LANGUAGES).index(known(language))
    return {key: said[index] for key, said in TEXTS.items()}


def known(language: object) -> str:
    return language if isinstance(language, str) and language in LANGUAGES else "en"


def wanted(asked: object, checkouts: object, accepted: str) -> str:
    """The language of a page: asked for on it, else the checkout's.

    The bank itself has no Arabic, so shops ask for English: then the browser decides.
    """
    if isinstance(asked, str) and asked:
        return known(asked)
    if known(checkouts) == "en" and accepted[:2].lower() in RIGHT_TO_LEFT:
        return accepted[:2].lower()
    return known(checkouts)

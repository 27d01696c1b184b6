"""The words of the pages that a payer sees, in English and Russian."""

LANGUAGES = {"en": "English", "ru": "Русский"}

TEXTS: dict[str, tuple[str, str]] = {
    "sandbox": ("Sandbox bank: no real money moves here.", "Банк-песочница: настоящие деньги не движутся."),
    "never_real": (
        "Use only the test cards below, never a real one.",
        "Используйте только тестовые карты ниже, никогда не настоящую.",
    ),
    "title": ("Payment by card", "Оплата картой"),
    "to_pay": ("To pay", "К оплате"),
    "order": ("Order", "Заказ"),
    "shop": ("Shop", "Магазин"),
    "number": ("Card number", "Номер карты"),
    "expiry": ("Valid until (MM/YY)", "Срок действия (ММ/ГГ)"),
    "cvc": ("CVC", "CVC"),
    "cvc_hint": ("3 digits on the back", "3 цифры на обороте"),
    "holder": ("Name on card", "Имя на карте"),
    "pay": ("Pay", "Оплатить"),
    "cancel": ("Cancel and return to the shop", "Отменить и вернуться в магазин"),
    "force": ("Sandbox: answer of the bank", "Песочница: ответ банка"),
    "force_card": ("As the card decides", "Как решит карта"),
    "test_cards": ("Test cards", "Тестовые карты"),
    "test_cards_how": (
        "Any month in the future, any CVC, any name. A click on a number fills the form in.",
        "Любой будущий месяц, любой CVC, любое имя. Щелчок по номеру заполнит форму.",
    ),
    "fill_in": ("Fill in", "Заполнить:"),
    "card_does": ("What it does", "Что она делает"),
    "does_ok": ("Paid", "Оплачено"),
    "does_declined": ("Declined", "Отклонено"),
    "does_3ds": ("Paid, 3-D Secure without a question", "Оплачено, 3-D Secure без вопроса"),
    "does_challenge": ("3-D Secure asks for a code", "3-D Secure спросит код"),
    "does_3ds_fails": ("3-D Secure fails, declined", "3-D Secure не пройден, отклонено"),
    "problem": ("There is a problem", "Есть ошибка"),
    "error": ("Error", "Ошибка"),
    "bad_number": (
        "This is not one of the test cards. The sandbox takes no other.",
        "Это не тестовая карта. Других песочница не принимает.",
    ),
    "bad_expiry": ("Enter month and year as MM/YY", "Введите месяц и год как ММ/ГГ"),
    "past_expiry": ("The card has expired", "Срок действия карты истёк"),
    "bad_cvc": ("Enter the 3 digits of the CVC", "Введите 3 цифры CVC"),
    "bad_holder": ("Enter the name on the card", "Введите имя на карте"),
    "tries_left": ("Tries left: {n}", "Осталось попыток: {n}"),
    "declined_again": (
        "The payment was declined: {why}. You can try again.",
        "Платёж отклонён: {why}. Можно попробовать ещё раз.",
    ),
    "busy": (
        "The payment is being processed. Wait a moment and reload this page.",
        "Платёж обрабатывается. Подождите и обновите страницу.",
    ),
    "paid_title": ("Payment successful", "Платёж прошёл"),
    "declined_title": ("Payment declined", "Платёж отклонён"),
    "expired_title": ("The time to pay is over", "Время на оплату вышло"),
    "unknown_title": ("There is no such payment", "Такого платежа нет"),
    "unknown_text": (
        "The address is incomplete, or the bank has forgotten this payment.",
        "Адрес неполный, или банк забыл этот платёж.",
    ),
    "expired_text": (
        "Nothing was charged. Go back to the shop and start a new payment.",
        "Ничего не списано. Вернитесь в магазин и начните новый платёж.",
    ),
    "amount_paid": ("Paid", "Оплачено"),
    "reason": ("Reason", "Причина"),
    "back": ("Return to the shop", "Вернуться в магазин"),
    "auto": ("You return to the shop in {n} s.", "Возврат в магазин через {n} с."),
    "acs_title": ("Confirm the payment", "Подтвердите платёж"),
    "acs_bank": ("Card issuer of the sandbox (3-D Secure)", "Банк-эмитент песочницы (3-D Secure)"),
    "acs_text": (
        "A real bank would send a code to your phone. Here it is always {code}.",
        "Настоящий банк прислал бы код на телефон. Здесь он всегда {code}.",
    ),
    "acs_card": ("Card", "Карта"),
    "acs_code": ("Confirmation code", "Код подтверждения"),
    "acs_confirm": ("Confirm", "Подтвердить"),
    "acs_cancel": ("Cancel the payment", "Отменить платёж"),
    "acs_wrong": ("The code is wrong. Try again.", "Код неверный. Попробуйте ещё раз."),
    "kiosk_title": ("ERIP kiosk", "Киоск ЕРИП"),
    "kiosk_text": (
        "Pay a bill by its account number, as in a bank's app or at a cashier's desk.",
        "Оплатите счёт по номеру, как в приложении банка или в кассе.",
    ),
    "account": ("Account number of the bill", "Номер счёта"),
    "find": ("Find the bill", "Найти счёт"),
    "no_bill": ("There is no bill to pay under this number.", "Счёта к оплате с таким номером нет."),
    "bill": ("Bill", "Счёт"),
    "pay_bill": ("Pay the bill", "Оплатить счёт"),
    "break_bill": ("Interrupt the payment", "Прервать оплату"),
    "bill_paid": ("The bill is paid.", "Счёт оплачен."),
    "bill_broken": (
        "The payment was interrupted. The bill can still be paid.",
        "Оплата прервана. Счёт ещё можно оплатить.",
    ),
    "service": ("Service", "Услуга"),
    "other_language": ("Русский", "English"),
}


def words(language: str) -> dict[str, str]:
    """All texts of one language; an unknown one falls back to English."""
    index = 1 if language == "ru" else 0
    return {key: pair[index] for key, pair in TEXTS.items()}


def known(language: object) -> str:
    return language if isinstance(language, str) and language in LANGUAGES else "en"

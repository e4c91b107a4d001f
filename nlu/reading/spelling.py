"""Typos, abbreviations and phone spellings, each with the word it stands for."""

from __future__ import annotations

from collections.abc import Iterator

from nlu.reading.common_words import COMMON
from nlu.reading.words import words

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_VARIANTS = {
    "tomorrow": "tmrw tmr tomo tmrrw tmw tomoz tomoro tomorow tommorow tommorrow tomorrrow tommorro tomorro 2moro 2morro"
    " 2morow 2morrow 2mrw 2moz 2mor morrow tomorrows tmoro tmorrow",
    "tonight": "tn tonite tonigt tonigh tonght 2nite 2nyt 2night tnite tonights",
    "today": "2day todays tday tdy",
    "monday": "mon mondays monady",
    "tuesday": "tue tues tuesdays tuesay teusday tusday",
    "wednesday": "wed weds wednesdays wensday wednsday wedneday wendsday",
    "thursday": "thu thur thurs thursdays thrusday thurday thusday",
    "friday": "fri fridays firday frday fryday",
    "saturday": "sat saturdays saterday satruday satuday",
    "sunday": "sun sundays sundy sumday",
    "january": "jan janury",
    "february": "feb febuary feburary",
    "march": "mar",
    "april": "apr apirl",
    "june": "jun",
    "july": "jul",
    "august": "aug agust",
    "september": "sep sept setember",
    "october": "oct",
    "november": "nov",
    "december": "dec decmber",
    "people": "ppl pple peple poeple peopel peoples persons pax peeps ppls persn pers",
    "around": "ard arnd arround aroud",
    "about": "abt abut",
    "thanks": "thans thnks thakns thansk thnaks",
    "please": "pls plz plse pleas",
    "minutes": "min mins minute",
    "hours": "hr hrs",
    "weekend": "wkend wknd weeknd",
    "before": "b4",
    "later": "l8r",
    "late": "l8",
    "great": "gr8",
    "reservation": "resevation reservaton rezervation reservtion reservations res reso",
    "booking": "bookin bookings boking",
    "table": "tabel tabl talbe tbl",
    "restaurant": "resturant restaraunt restuarant restraunt restarant resto restaurants",
    "birthday": "bday birthdy brithday bdays birthdays",
    "anniversary": "aniversary anniversery anniv",
    "evening": "eve evning evenin eveing",
    "morning": "mornin moring",
    "night": "nite nights",
    "dinner": "diner dinnr dinners",
    "lunch": "lunchs luch",
    "vegetarian": "veggie vegitarian vegeterian vegetarians",
    "outside": "outsid",
    "quarter": "qtr",
    "oclock": "oclok",
    "my": "ny",
    "i": "ı",
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONG = 8
_NO_SLIPS = words("sundae sundry frida mondal")


def slips(word: str) -> Iterator[str]:
    """The word with one letter left out, put in, or swapped with the next; a long one also with one letter wrong.

    The first letter stands, and so does the end: "Frida" and "Fridays" are words of their own. No common word is a slip.
    """
    for at in range(1, len(word)):
        head, tail = word[:at], word[at:]
        made = [head + letter + tail for letter in _LETTERS]
        if len(tail) > 1:
            made += [head + tail[1:], head + tail[1] + tail[0] + tail[2:]]
            made += [head + letter + tail[1:] for letter in _LETTERS if len(word) >= _LONG]
        yield from (slip for slip in made if slip != word and slip not in COMMON and slip not in _NO_SLIPS)


_OFTEN_MISTYPED = words(
    "tomorrow tonight weekend reservation restaurant birthday anniversary afternoon vegetarian january february september "
    "october november december"
)
SPELLINGS = {slip: word for word in (*_OFTEN_MISTYPED, *WEEKDAYS) for slip in slips(word)} | {
    variant: word for word, variants in _VARIANTS.items() for variant in variants.split()
}

# Short forms that are also plain words: after these they are not days ("we sat outside", "in the sun").
AFTER_SUBJECT = {
    "sat": words("we i you they be been get got was were being are who is she he and"),
    "sun": words("the in some full more of direct no"),
    "wed": words("we they be newly just to"),
    "diner": words("a the any one this that which"),
    "eve": words("christmas years xmas year new"),
    "nights": frozenset(),
}

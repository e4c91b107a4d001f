"""How simulated diners phrase a day, a time, a party, or a whole request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from random import Random
from zoneinfo import ZoneInfo

from testkit.load_test.goals import DesiredBooking
from testkit.load_test.persona import Persona

_HOME = ZoneInfo("America/New_York")
"""Time zone of the diners' numbers, which defines "tomorrow" before a restaurant is known."""

TEXTED_CODE = "(the code that was texted)"
"""Placeholder for a code that only the diner's phone shows."""

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight")
_GIVEN = ("Ana", "Ben", "Chloe", "David", "Elif", "Frank", "Grace", "Hiro", "Irene", "Jamal", "Kate", "Luis", "Mei", "Noah",
          "Olga", "Priya", "Quentin", "Rosa", "Sam", "Tom", "Uma", "Victor", "Wendy", "Yusuf", "Zoe")  # fmt: skip
_FAMILY = ("Adams", "Baker", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Hughes", "Ito", "Jones", "Kowalski", "Lima",
           "Murphy", "Novak", "Okafor", "Patel", "Quinn", "Rossi", "Silva", "Turner", "Ueda", "Vargas", "Weber")  # fmt: skip
QUESTIONS = {
    "parking": ("do they have parking?", "where can I park?", "is there parking"),
    "address": ("what's the address?", "where is it?", "where exactly is that"),
    "hours": ("what are their opening hours?", "when are they open?", "until when are you open"),
    "phone": ("what's their phone number?", "can I have the phone number?"),
    "vegetarian": ("do they have vegetarian food?", "is there something for vegetarians?", "any vegetarian dishes?"),
    "dress_code": ("is there a dress code?", "what should I wear?"),
    "price": ("is it expensive?", "how expensive is it?", "what are the prices like?"),
    "outdoor": ("can we sit outside?", "do they have tables outside?", "is there outdoor seating?"),
    "kids": ("are kids welcome?", "is it kid friendly?"),
    "pets": ("can I bring my dog?", "are dogs allowed?"),
    "payment": ("do they take cards?", "can I pay by credit card?"),
}


def draw_name(rng: Random) -> str:
    """Draw a first name, usually with a last name."""
    given = rng.choice(_GIVEN)
    return f"{given} {rng.choice(_FAMILY)}" if rng.random() < 0.7 else given


@dataclass
class Wording:
    """Phrases what one diner wants to say. `now` is the service's clock."""

    rng: Random
    persona: Persona
    now: datetime

    def whole(self, desired: DesiredBooking, *, named: bool) -> str:
        """Return a request with all details. `named`: including the restaurant."""
        at, day, party = f"{self.time(desired)}", self.day(desired), self.party_phrase(desired.party)
        where = f" at {self.restaurant(desired)}" if named else ""
        forms = {
            "short": (f"table for {desired.party}{where} {day} {at}", f"{desired.party} people{where}, {day} {at}"),
            "usual": (
                f"Table for {desired.party}{where} {day} at {at} please",
                f"Can I book a table{where} for {desired.party} on {day} at {at}?".replace("on tomorrow", "tomorrow"),
                f"I'd like a table {party}{where} {day} at {at}",
            ),
            "long": (
                f"Hello, I would like to make a reservation{where} {day} at {at}, we will be {desired.party} people",
                f"Good morning! Would it be possible to book a table {party}{where} {day} at {at}? Thanks a lot",
            ),
        }
        return self.rng.choice(forms[self.persona.style])

    def opening(self, desired: DesiredBooking, *, named: bool) -> str:
        """Return a first message that omits some details."""
        where = f" at {self.restaurant(desired)}" if named else ""
        forms = [f"I need a table{where}", f"can I book a table{where}?", f"table for {desired.party}{where} please"]
        if named:
            forms += [
                f"do you have anything{where} {self.day(desired)}?",
                f"{self.restaurant(desired)} {self.day(desired)}",
            ]
        return self.rng.choice(forms)

    def search(self, desired: DesiredBooking) -> str:
        """Return a search for a cuisine in a city."""
        cuisine, city = self.rng.choice(desired.restaurant.cuisines), desired.restaurant.city
        forms = (
            f"{cuisine} in {city}",
            f"I'm looking for a {cuisine} restaurant in {city}",
            f"any {cuisine} places in {city}?",
        )
        return self.rng.choice(forms)

    def restaurant(self, desired: DesiredBooking) -> str:
        """Return the restaurant's name."""
        return desired.restaurant.name

    def party(self, count: int) -> str:
        """Return an answer to the question how many people."""
        forms = {"short": (f"{count}",), "usual": (f"{count} people", f"for {count}", f"{count}"),
                 "long": (f"We will be {count} people", f"there are {_WORDS[count]} of us")}  # fmt: skip
        if count == 1:
            return self.rng.choice(("1", "just me", "only 1 person"))
        return self.rng.choice(forms[self.persona.style])

    def party_phrase(self, count: int) -> str:
        """Return the party as part of a sentence, such as "for two"."""
        if count == 1:
            return "for one person"
        return self.rng.choice((f"for {count}", f"for {count} people", f"for {_WORDS[count]}"))

    def day(self, desired: DesiredBooking) -> str:
        """Return the day in a format of the restaurant's country."""
        day, today = desired.day, self.now.astimezone(desired.restaurant.zone).date()
        ahead = (day - today).days
        month_first = desired.restaurant.is_month_first
        forms = (
            [f"{day:%B} {day.day}", f"{day:%b} {day.day}"]
            if month_first
            else [f"{day.day} {day:%B}", f"{day.day} {day:%b}"]
        )
        forms.append(f"{day:%A} {forms[0]}")
        if month_first:
            forms.append(f"{day.month}/{day.day}")
        if 2 <= ahead <= 6:
            forms += [f"{day:%A}"] * 3
        if ahead == 1 and today == self.now.astimezone(_HOME).date():
            forms += ["tomorrow"] * 4
        return self.rng.choice(forms)

    def time(self, desired: DesiredBooking) -> str:
        """Return the time in a form that distinguishes morning from evening."""
        at = desired.at
        clock = f"{at.hour % 12 or 12}" + (f":{at.minute:02d}" if at.minute else "")
        forms = [f"{clock}{'pm' if at.hour >= 12 else 'am'}", f"{clock} {'PM' if at.hour >= 12 else 'AM'}"]
        if at.minute and at.hour > 9:
            forms.append(f"{at:%H:%M}")
        if at == time(12):
            forms.append("noon")
        return self.rng.choice(forms)

    def answer(self, asked: str, desired: DesiredBooking, name: str, phone: str) -> str:
        """Return an answer with just what was asked for, or a little more."""
        if asked == "time":
            return self.rng.choice((self.time(desired), f"at {self.time(desired)}", f"{self.time(desired)} please"))
        if asked == "date":
            return self.rng.choice(
                (self.day(desired), f"{self.day(desired)} please", f"{self.day(desired)} at {self.time(desired)}")
            )
        if asked == "party_size":
            return self.party(desired.party)
        if asked == "name":
            return self.rng.choice((name, name, f"it's {name}", f"My name is {name}", f"{name} please"))
        if asked == "phone":
            return self.rng.choice((phone, phone.removeprefix("+1"), f"my number is {phone}"))
        if asked == "code":
            return TEXTED_CODE
        return self.rng.choice(
            (
                self.restaurant(desired),
                f"{self.restaurant(desired)} in {desired.restaurant.city}",
                f"at {self.restaurant(desired)}",
            )
        )

    def yes(self) -> str:
        """Return a confirmation."""
        forms = {"short": ("y", "Y", "yes", "ok", "yep"), "usual": ("Yes", "yes please", "Y", "sounds good", "perfect"),
                 "long": ("Yes please, that would be great", "Yes, go ahead and book it")}  # fmt: skip
        return self.rng.choice(forms[self.persona.style])

    def change(self, field: str, desired: DesiredBooking, *, firmly: bool = False) -> str:
        """Return a request for another time, day or party. `firmly`: as a correction, because the bot got it wrong."""
        said = {"at": self.time(desired), "day": self.day(desired), "party": f"{desired.party} people"}.get(
            field, self.restaurant(desired)
        )
        if desired.party == 1 and field == "party":
            said = "just 1 person"
        if firmly:
            return self.rng.choice((f"no, {said}", f"I said {said}", f"not that, {said} please"))
        forms = {
            "at": (f"actually make it {said}", f"can we do {said} instead?", f"sorry, {said}"),
            "day": (f"actually {said} instead", f"can we do {said} instead?", f"no wait, {said}"),
            "party": (f"actually we are {said}", f"make it {said}", f"sorry, we'll be {said}"),
        }
        return self.rng.choice(forms.get(field, (f"actually {said}",)))

    def move(self, old: DesiredBooking, new: DesiredBooking) -> str:
        """Return a request to move a reservation."""
        at, day, party = self.time(new), self.day(new), f"{new.party} {'person' if new.party == 1 else 'people'}"
        if new.day != old.day:
            forms = (
                f"can we move it to {day}?",
                f"I need to change my booking to {day}",
                f"please move my reservation to {day}",
            )
        elif new.at != old.at:
            forms = (f"make it {at}", f"can we move it to {at}?", f"could you change my reservation to {at} please")
        else:
            forms = (f"make it {party}", f"we will be {party} now", f"can you change my booking to {party}?")
        return self.rng.choice(forms)

    def other_day(self, desired: DesiredBooking) -> str:
        """Return a message that declines the offers and names another day."""
        when = f"{self.day(desired)} at {self.time(desired)}"
        return self.rng.choice((f"no, what about {when}?", f"how about {when}?", f"none of those. {when}?"))

    def pick(self, position: int, label: str) -> str:
        """Return a choice among the numbered options."""
        nth = ("first", "second", "third", "fourth", "fifth")[min(position, 5) - 1]
        return self.rng.choice((f"{position}", f"{position}", f"{position} please", f"the {nth} one", label))

"""A line has one number, however its carrier or a diner writes it; and two lines are never taken for one."""

from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType
from sqlalchemy import Engine

from booking_engine import BookingEngine, ImportRejected, Restaurant, phones
from booking_engine.phones import canonical_phone, read_phone

from .helpers import EngineAt, OpenRestaurant, book, evening, owner_of, tables

SAME = {
    "Mexico City": ("+5215512345678", "+525512345678"),
    "Cancun": ("+5219981234567", "+529981234567"),
    "Buenos Aires": ("+541123456789", "+5491123456789"),
    "Cordoba": ("+543514234567", "+5493514234567"),
    "Sao Paulo": ("+551161234567", "+5511961234567"),
    "Salvador": ("+557191234567", "+5571991234567"),
}
ITSELF = {
    "San Francisco": "+14155550123",
    "an area code that begins with 52": "+15215512345",
    "London": "+447911123456",
    "Milan, whose zero belongs to the number": "+390212345678",
    "toll-free in Argentina": "+548001234567",
    "a fixed line in Sao Paulo": "+551123456789",
    "trunked radio in Sao Paulo": "+551170123456",
    "a mobile in Sao Paulo": "+5511961234567",
    "toll-free in Brazil": "+558006123456",
    "a short code": "22395",
    "a sender's name": "TABLETALK",
}
_TEXTED = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@pytest.mark.parametrize(("carrier", "line"), SAME.values(), ids=SAME)
def test_a_line_is_known_by_one_number(carrier: str, line: str) -> None:
    assert canonical_phone(carrier) == canonical_phone(line) == line
    assert read_phone(carrier) == read_phone(line) == line


@pytest.mark.parametrize(("carrier", "line"), SAME.values(), ids=SAME)
def test_what_a_line_is_known_by_can_be_texted_and_the_other_form_is_no_mobile(carrier: str, line: str) -> None:
    assert phonenumbers.number_type(phonenumbers.parse(line)) in _TEXTED
    assert phonenumbers.number_type(phonenumbers.parse(carrier)) not in _TEXTED


@pytest.mark.parametrize("number", ITSELF.values(), ids=ITSELF)
def test_any_other_number_is_itself(number: str) -> None:
    assert canonical_phone(number) == number


@pytest.mark.parametrize(
    ("typed", "region", "line"),
    [
        ("55 1234 5678", "MX", "+525512345678"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("011 15 2345 6789", "AR", "+5491123456789"),
        ("(11) 2345-6789", "AR", "+5491123456789"),
        ("(11) 6123-4567", "BR", "+5511961234567"),
        ("(415) 555-0123", "US", "+14155550123"),
    ],
)
def test_a_number_is_read_as_its_country_writes_it(typed: str, region: str | None, line: str) -> None:
    assert read_phone(typed, region) == line


@pytest.mark.parametrize("typed", [None, "", "22395", "Ada", "+52 1 55", "415 555 0123"])
def test_what_no_phone_can_have_is_none(typed: str | None) -> None:
    assert read_phone(typed) is None


OLD, LINE = SAME["Mexico City"]


def booked_under_two_forms(engine: BookingEngine, place: Restaurant) -> None:
    """Book once with each form of a number."""
    book(engine, place, evening(place), phone=OLD)
    book(engine, place, evening(place, 21), phone=LINE)


@pytest.mark.parametrize("asked", [OLD, LINE])
def test_a_diner_finds_what_was_booked_under_either_form(
    at: EngineAt, open_restaurant: OpenRestaurant, asked: str
) -> None:
    engine = at("2026-12-01T12:00+00:00")
    before = len(engine.reservations_of(asked))
    booked_under_two_forms(engine, open_restaurant(tables=tables(2)))
    found = engine.reservations_of(asked)
    assert len(found) == before + 2
    assert {each.diner_phone for each in found} == {LINE}
    assert engine.diner_name(asked) == "Ada Lovelace"


def test_twin_without_the_forms_a_diner_is_two(
    engine: BookingEngine, open_restaurant: OpenRestaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "_SAME_LINE", ())
    booked_under_two_forms(engine, open_restaurant(tables=tables(2)))
    found = engine.reservations_of(OLD)
    assert [each.diner_phone for each in found] == [OLD]


def test_our_own_number_is_found_under_either_form_and_kept_as_it_was_given(
    database: Engine, open_restaurant: OpenRestaurant
) -> None:
    place = open_restaurant(sms_number="+5215512340199")
    for number in ("+5215512340199", "+525512340199"):
        assert owner_of(database, number) == place.slug
    assert place.sms_number == "+5215512340199"
    with pytest.raises(ImportRejected, match=f"belongs to {place.slug}"):
        open_restaurant(sms_number="+525512340199")

"""Names, phones, codes, houses, cities, wishes, picks and topics."""

from __future__ import annotations

import pytest

from tests.nlu.reading_cases import values, words_of

NAMES: list[tuple[str, str | None, str | None]] = [
    ("my name is Dagny Holt", "Dagny", "Holt"),
    ("my name is dagny holt", "Dagny", "Holt"),
    ("my name is Omar F.", "Omar", "F"),
    ("my full name is Tomas Arvid Lindqvist", "Tomas Arvid", "Lindqvist"),
    ("the name is Okonjo Bell", "Okonjo", "Bell"),
    ("name: Ruth Amsel", "Ruth", "Amsel"),
    ("It's under the name Pieter Vos", "Pieter", "Vos"),
    ("it is under Pieter Vos", "Pieter", "Vos"),
    ("under the name of Pieter Vos", "Pieter", "Vos"),
    ("a booking in the name of Maya Ferreira", "Maya", "Ferreira"),
    ('booked under "Maya Ferreira"', "Maya", "Ferreira"),
    ("This is Ingrid Solberg, I have to cancel", "Ingrid", "Solberg"),
    ("I'm Ingrid Solberg and I booked a table", "Ingrid", "Solberg"),
    ("I am Ingrid Solberg", "Ingrid", "Solberg"),
    ("Ingrid Solberg here, table for 4", "Ingrid", "Solberg"),
    ("Ingrid Solberg is my name", "Ingrid", "Solberg"),
    ("Ingrid Solberg, party of 8, tomorrow", "Ingrid", "Solberg"),
    ("you can call me Hassan Aydin", "Hassan", "Aydin"),
    ("people call me Hassan Aydin", "Hassan", "Aydin"),
    ("I go by Hassan Aydin", "Hassan", "Aydin"),
    ("please cancel the reservation for Noor Haddad at 8pm", "Noor", "Haddad"),
    ("Please cancel the Noor Haddad booking", "Noor", "Haddad"),
    ("it's Silas Willaert, for 2", "Silas", "Willaert"),
    ("I have a table booked for Noor Haddad tomorrow", "Noor", "Haddad"),
    ("MY NAME IS NOOR HADDAD", "Noor", "Haddad"),
    ("my name is Mary-Jane O'Brien", "Mary-Jane", "O'Brien"),
    ("my name is maria de la cruz", "Maria", "de la Cruz"),
    ("my name is Zoë Müller", "Zoë", "Müller"),
    ("my name is Denise", "Denise", None),
    ("call me Ted", "Ted", None),
    ("Ferreira is my last name", None, "Ferreira"),
    ("my surname is Ferreira", None, "Ferreira"),
    ("Mr Kowalski", None, "Mr Kowalski"),
    ("surname Berg, first name Tomas", "Tomas", "Berg"),
    ("name's Tomas Berg", "Tomas", "Berg"),
    ("Name is J. Smith", "J", "Smith"),
    ("table for 4 tomorrow at 7, Lorna Field", "Lorna", "Field"),
    ("table for 4 tomorrow at 7 (Lorna Field)", "Lorna", "Field"),
    ("table for 2 friday 8pm. Thanks, Corinne", "Corinne", None),
    ("Hello, Ingrid speaking", "Ingrid", None),
    ("change the name on the booking to Helena", "Helena", None),
    ("cancel Lorna Field's table", "Lorna", "Field"),
    ("I'm Maria del Carmen", "Maria", "del Carmen"),
    ("its siobhan o'brien", "Siobhan", "O'Brien"),
    ("MY NAME IS SEAN MCDONALD", "Sean", "McDonald"),
    ("I'm Jean-Luc", "Jean-Luc", None),
    ("this is Mrs Dorothy Whitcombe", "Dorothy", "Whitcombe"),
    ("my name is Prof. Dr. Elke Sommer", "Elke", "Sommer"),
    ("my name is J.R. Smith", "J.R.", "Smith"),
    ("name is maria del carmen ortega", "Maria del Carmen", "Ortega"),
    ("my name is Jose\u0301 Ruiz", "José", "Ruiz"),
    ("book brasserie tournesol friday 8pm for 2, Ben Okoro", "Ben", "Okoro"),
    ("my name's Tuesday Wells, yes like the day", "Tuesday", "Wells"),
    ("change the name to Jean-Luc d'Amboise", "Jean-Luc", "d'Amboise"),
    ("put it under Sunday Adeyemi", "Sunday", "Adeyemi"),
    ("table 2 wed 630 name Tom Six", "Tom", "Six"),
    ("the name is Ana, Friday at 7", "Ana", None),
]


@pytest.mark.parametrize(("text", "first", "last"), NAMES)
def test_names_are_read_in_passing(text: str, first: str | None, last: str | None) -> None:
    assert values(text, "first_name") == ([first] if first else [])
    assert values(text, "last_name") == ([last] if last else [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I want to inquire about a restaurant name Widgery in South Kensington", []),
        ("dinner at a place names Zenobia", []),
        ("restaurant booking name Gupta", ["Gupta"]),
        ("rename it please: Gupta", ["Gupta"]),
    ],
)
def test_the_name_of_a_house_is_no_diners(text: str, names: list[str]) -> None:
    assert words_of(text, "first_name") == names


@pytest.mark.parametrize(
    "text",
    [
        "please cancel Brasserie Lunette on Friday",
        "will I get a table",
        "I'm looking for a table",
        "This is great",
        "I am vegan",
        "I'm running late",
        "that's my business",
        "it's for a birthday",
        "a table for lunch",
        "I want Italian food",
        "cancel it please",
        "I'm sorry",
        "thank you",
        "I am looking for Old Lantern House",
        "Table for two at Saffron Lane",
    ],
)
def test_other_words_are_no_names(text: str) -> None:
    assert values(text, "first_name") == []
    assert values(text, "last_name") == []


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("my number is 415 555 0132", "+14155550132"),
        ("(415) 555-0132", "+14155550132"),
        ("650.555.0188 thanks", "+16505550188"),
        ("1-650-555-0188", "+16505550188"),
        ("+44 20 7946 0321", "+442079460321"),
        ("0044 20 7946 0321", "+442079460321"),
        ("020 7946 0321", "02079460321"),
    ],
)
def test_phones_are_read(text: str, phone: str) -> None:
    assert values(text, "phone") == [phone]


@pytest.mark.parametrize("text", ["08/04/2026 10", "2026/12/24 at 7", "2026-12-24 18:00", "12:30 13:30", "7 8 9"])
def test_other_digits_are_no_phone(text: str) -> None:
    assert values(text, "phone") == []


@pytest.mark.parametrize(
    ("text", "expecting", "code"),
    [
        ("cancel K7P2QX", None, "K7P2QX"),
        ("my code is h3m9tq", None, "H3M9TQ"),
        ("the reference is QWERTYU", None, "QWERTYU"),
        ("k7p 2qx", "code", "K7P2QX"),
        ("K7P-2QX", "code", "K7P2QX"),
    ],
)
def test_codes_are_read(text: str, expecting: str | None, code: str) -> None:
    assert values(text, "code", expecting) == [code]


@pytest.mark.parametrize("text", ["830pm is fine", "table for 12people", "cancel my booking", "at 1930hrs"])
def test_other_words_are_no_code(text: str) -> None:
    assert values(text, "code") == []


@pytest.mark.parametrize(
    ("text", "expecting", "said"),
    [
        ("Hi, table for 4 at Marlowe's tomorrow around 7pm", None, "Marlowe's"),
        ("table for 2 at bird dog tmrw 7ish", None, "bird dog"),
        ("bird dog 4 tomorrow 7pm", None, "bird dog"),
        ("4 tomorrow at 8 bird dog", None, "bird dog"),
        ("Bird Dog", "restaurant", "Bird Dog"),
        ("saffron lane", "restaurant", "saffron lane"),
        ("1760", "restaurant", "1760"),
        ("the place is called Harbour & Pine", None, "Harbour & Pine"),
        ("table for 4 at 3 Seasons Thai Bistro tomorrow at 8", None, "3 Seasons Thai Bistro"),
        ("at seven sisters supper club for 6 on the 5th", None, "seven sisters supper club"),
        ("at jade garden please, for 4", None, "jade garden"),
        ("I want to go to The Copper Ladle on Friday", None, "The Copper Ladle"),
        ("Is there live music at Saffron Lane?", None, "Saffron Lane"),
        ("Brixton Pizzeria in Petaluma is the place", None, "Brixton Pizzeria"),
        ("Rook & Daughter, 8 guests, Saturday", None, "Rook & Daughter"),
        ("chalk and cinder tomorrow for 2", None, "chalk and cinder"),
        ("make it Saffron Lane instead", None, "Saffron Lane"),
        ("make it halcyon instead", None, "halcyon"),
        ("move my gilded heron table to Friday", None, "gilded heron"),
        ("cancel the Gochu Garden booking", None, "Gochu Garden"),
        ("for 2 at trattoria bellavista", None, "trattoria bellavista"),
        ("a table at paper heron tonight", None, "paper heron"),
    ],
)
def test_houses_are_read(text: str, expecting: str | None, said: str) -> None:
    assert words_of(text, "restaurant", expecting) == [said]


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("italian in palo alto", "Palo Alto"),
        ("somewhere in SF", "San Francisco"),
        ("near san fran please", "San Francisco"),
        ("a place in NYC", "New York"),
        ("in Half Moon Bay", "Half Moon Bay"),
        ("in Little Whinging", "Little Whinging"),
        ("Paris", "Paris"),
        ("chinese in bostn", "Boston"),
        ("thai food in london", "London"),
    ],
)
def test_cities_are_read(text: str, city: str) -> None:
    assert values(text, "city") == [city]


def test_a_city_before_does_not_shift_what_stands_before_a_name() -> None:
    assert values("Nonna Brunella New York friday 7pm, Ana Lima", "city") == ["New York"]


@pytest.mark.parametrize("text", ["my name is Austin Reed", "that would be nice", "I have been to Paris Baguette"])
def test_other_words_are_no_city(text: str) -> None:
    assert values(text, "city") == []


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("we'd like to sit outside", "seating", "outdoor"),
        ("not outside please", "seating", "indoor"),
        ("no outdoor seating please", "seating", "indoor"),
        ("no wait, outside was fine", "seating", "outdoor"),
        ("no wait outside was fine", "seating", "outdoor"),
        ("actually can we do the bar?", "seating", "bar"),
        ("by the window", "seating", "window"),
        ("can we have a booth", "seating", "booth"),
        ("a high chair please", "seating", "high_chair"),
        ("my gran uses a wheelchair", "seating", "step_free"),
        ("we need a high chair", "seating", "high_chair"),
        ("a table for 3 with two high chairs at 6", "seating", "high_chair"),
        ("and a baby seat for our daughter", "seating", "high_chair"),
        ("wheelchair accessible please", "seating", "step_free"),
        ("wheelchair-accessible, please", "seating", "step_free"),
        ("step free table", "seating", "step_free"),
        ("a step-free table for four", "seating", "step_free"),
        ("is there step free access?", "seating", "step_free"),
        ("near a power outlet", "seating", "power_outlet"),
        ("a table with a socket to charge my laptop", "seating", "power_outlet"),
        ("one of us is vegan", "diet", "vegan"),
        ("she has a nut allergy", "diet", "nut_allergy"),
        ("I'm coeliac", "diet", "gluten_free"),
        ("it's my birthday", "occasion", "birthday"),
        ("our anniversary", "occasion", "anniversary"),
        ("somewhere cheap", "price", 1),
        ("something upscale", "price", 3),
        ("is there parking", "topic", "parking"),
        ("somewhere not too noisy", "seating", "quiet"),
        ("can u change the name to Gustav", "first_name", "Gustav"),
        ("update the name on it to lee wong", "last_name", "Wong"),
        ("can you put the booking under my wifes name, Maria", "first_name", "Maria"),
        ("2 tonight 9pm villa verbena name Pia phone is 617 555 0199", "first_name", "Pia"),
        ("anything cheap w live music in denver", "topic", "features"),
        ("somewhere w/ a dj in denver tonight", "topic", "features"),
        ("what's the address?", "topic", "address"),
        ("what time do you close", "topic", "hours"),
        ("how late are you open", "topic", "hours"),
        ("I'll cancel my dentist. how late are you open", "topic", "hours"),
        ("how late can I cancel", "topic", "cancellation"),
        ("if I need to cancel, how late can I do it?", "topic", "cancellation"),
        ("until when can we still change the time?", "topic", "cancellation"),
        ("is there a cancellation fee", "topic", "cancellation"),
        ("are dogs allowed", "topic", "pets"),
        ("is there a dress code", "topic", "dress_code"),
        ("we are 15 minutes late", "delay", {"minutes": 15}),
    ],
)
def test_wishes_and_topics_are_read(text: str, entity: str, value: object) -> None:
    assert value in values(text, entity)


@pytest.mark.parametrize(
    ("text", "expecting", "value"),
    [
        ("2", "choice", {"index": 2}),
        ("anything", "cuisine", {"which": "any"}),
        ("any day", "date", {"which": "any"}),
        ("the second one", "choice", {"index": 2}),
        ("option 3", None, {"index": 3}),
        ("number 1 please", "choice", {"index": 1}),
        ("#2", "choice", {"index": 2}),
        ("first", "choice", {"index": 1}),
        ("the later one", "choice", {"which": "later"}),
        ("earlier", "choice", {"which": "earlier"}),
        ("anything earlier?", None, {"which": "earlier"}),
        ("the last one", "choice", {"which": "last"}),
        ("any", "choice", {"which": "any"}),
        ("either is fine", "choice", {"which": "any"}),
        ("no either is fine", "choice", {"which": "any"}),
        ("I don't mind", "choice", {"which": "any"}),
        ("neither", "choice", {"which": "none"}),
        ("none of those", "choice", {"which": "none"}),
    ],
)
def test_picks_are_read(text: str, expecting: str | None, value: object) -> None:
    assert values(text, "choice", expecting) == [value]


@pytest.mark.parametrize(
    ("text", "names"),
    [("Marta Gil", ["Marta"]), ("Sounds Good", []), ("Yes Please", []), ("Bird Dog", []), ("great thanks", [])],
)
def test_a_bare_name_where_a_yes_was_asked_for_sets_it_right(text: str, names: list[str]) -> None:
    assert values(text, "first_name", "confirmation") == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("table for 2 at Halyard tomorrow at 7, Tom Six", ["Tom", "Six"]),
        ("Sunday at 11 for 2, Joe Friday", ["Joe", "Friday"]),
        ("table for 2 at 7, name is rich young", ["Rich", "Young"]),
        ("at 7 on Sunday, Ben. Friday is fine too", []),
        ("table for 2 at 7, Friday", []),
        ("put it under maria gomez rather", ["Maria", "Gomez"]),
    ],
)
def test_a_day_or_number_after_a_name_is_its_surname(text: str, name: list[str]) -> None:
    assert values(text, "first_name") + values(text, "last_name") == name

"""The finder of known restaurants in texts: each rule with its counter-example."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.reading.lexing import tokenize
from nlu.reading.places import Place, PlaceIndex, find_places
from tests.support.steps import steps

NAMES = {
    "8 Sushi": "Pacifica",
    "3rd Cousin": "San Francisco",
    "2g Japanese Brasserie": "San Francisco",
    "Sunday Porch": "Denver",
    "Bird Dog": "Palo Alto",
    "Old Siam": "Oakland",
    "Thai House": "Oakland",
    "Biryani Pot": "Newark",
    "Paradise Biryani Pointe": "Fremont",
    "Oakland Grill": "Oakland",
    "The Table": "Oakland",
    "Home": "Oakland",
    "Lunch": "Oakland",
    "Have": "Oakland",
    "Haven": "Oakland",
    "Toro": "Fremont",
    "Al's Place": "San Francisco",
    "Rosa": "Napa",
    "Charlotte": "Napa",
    "Kyoto": "Napa",
    "Bluefin": "Napa",
    "Copperleaf & Rye": "Napa",
    "Crab House At Pier 39": "San Francisco",
    "Café Zoë": "Menlo Park",
    "Bob's Steak & Chop House": "San Francisco",
    "Amami Sushi": "San Bruno",
    "Osteria Toscana": "Napa",
    "La Vera Pizza": "Napa",
    "Gather": "Berkeley",
    "Robin": "Napa",
    "Little Italy": "Napa",
    "Live Music": "Napa",
    "Two People": "Napa",
    "Sauce: Belden Place": "San Francisco",
    "54 Mint Ristorante Italiano": "San Francisco",
    "71 Saint Peter": "San Jose",
    "A": "Napa",
    "B44 Catalan Bistro": "San Francisco",
    "Honey Thai Restaurant": "Napa",
    "The Old Spaghetti Factory": "Napa",
    "Khachapuri Post": "Denver",
    "Half Moon Bay Brewing Company": "Half Moon Bay",
    "1760": "San Francisco",
    "The Progress": "San Francisco",
    "Harbour Lemongrass": "Sydney",
    "Chez Panisse": "Berkeley",
    "Trellis Restaurant": "Menlo Park",
    "Himalayan Flavors": "Berkeley",
    "Kokkari Estiatorio": "San Francisco",
    "Kokkari Of India": "Oakland",
    "August 1 Five": "San Francisco",
    "Halyard": "Napa",
}


@pytest.fixture(scope="module")
def index() -> PlaceIndex:
    chain = [
        Place(f"tomatina-{city.lower()}", "Tomatina", city, f"{at} Polk Street", ())
        for at, city in enumerate(("Napa", "Alameda"))
    ]
    return PlaceIndex.build(
        [*(Place(name.lower(), name, city, "1 Main Street", ()) for name, city in NAMES.items()), *chain]
    )


def said(index: PlaceIndex, text: str, expecting: str | None = None) -> list[str]:
    return [find.name for find in find_places(index, text, expecting=expecting)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("8 sushi at 8", ["8 Sushi"]),
        ("3rd cousin for 3", ["3rd Cousin"]),
        ("table for 4 at 3rd cousin", ["3rd Cousin"]),
        ("2g japanese brasserie tomorrow at 8", ["2g Japanese Brasserie"]),
        ("2g japanese tonight", ["2g Japanese Brasserie"]),
        ("sunday porch sunday at 7", ["Sunday Porch"]),
        ("move my bird dog table to old siam", ["Bird Dog", "Old Siam"]),
        ("thai house oakland", ["Thai House"]),
        ("book thai house for 4", ["Thai House"]),
        ("oakland grill for 4", ["Oakland Grill"]),
        ("book home for 4", ["Home"]),
        ("at home for 4", ["Home"]),
        ("dinner, maybe gather in berkeley", ["Gather"]),
        ("a table for two at Lunch please", ["Lunch"]),
        ("at Have for 4", ["Have"]),
        ("can we come to The Table tomorrow?", ["The Table"]),
        ("book haven for 4", ["Haven"]),
        ("is Gather open tomorrow?", ["Gather"]),
        ("book rosa for 4", ["Rosa"]),
        ("a restaurant called charlotte", ["Charlotte"]),
        ("book kyoto for 4", ["Kyoto"]),
        ("birddog tomorrow at 7", ["Bird Dog"]),
        ("bird dgo for 4", ["Bird Dog"]),
        ("blue fin friday at 8", ["Bluefin"]),
        ("table at bluefinn", ["Bluefin"]),
        ("copperleaf rye tomorrow", ["Copperleaf & Rye"]),
        ("copperleaf n rye tomorrow", ["Copperleaf & Rye"]),
        ("my table at copperlef", ["Copperleaf & Rye"]),
        ("table for 2 at haylard tomorrow", ["Halyard"]),
        ("we hauled on the haylards all day", []),
        ("can you do copperlaef tonight", ["Copperleaf & Rye"]),
        ("thai house on main street tonight", ["Thai House"]),
        ("can you do bluefin tonight", ["Bluefin"]),
        ("cafe zoe at 7", ["Café Zoë"]),
        ("bobs steak and chop house", ["Bob's Steak & Chop House"]),
        ("bob's steak + chop houses", ["Bob's Steak & Chop House"]),
        ("at pier 39 for 4", ["Crab House At Pier 39"]),
        ("I'm looking for Amami in San Bruno", ["Amami Sushi"]),
        ("is robin open on monday?", ["Robin"]),
        ("I booked Robin for tonight", ["Robin"]),
        ("move it to robin", ["Robin"]),
        ("book little italy", ["Little Italy"]),
        ("book live music for 4", ["Live Music"]),
        ("sauce, belden place for 4", ["Sauce: Belden Place"]),
        ("54 mint at 8", ["54 Mint Ristorante Italiano"]),
        ("table for two at 71 saint peter", ["71 Saint Peter"]),
        ("gather on main for 4", ["Gather"]),
        ("bird dog or old siam?", ["Bird Dog", "Old Siam"]),
        ("reserve at b44", ["B44 Catalan Bistro"]),
        ("honey thai at 7", ["Honey Thai Restaurant"]),
        ("BOOK BIRD DOG FOR 4", ["Bird Dog"]),
        ("La Vera would be lovely. Is there a table?", ["La Vera Pizza"]),
        ("friday khachapuri post, saturday sunday porch. 4 people both", ["Khachapuri Post", "Sunday Porch"]),
        ("what's the parking like at khachapuri", ["Khachapuri Post"]),
        ("my sister says bird dog, i say old siam", ["Bird Dog", "Old Siam"]),
        ("old siam or gather?", ["Old Siam", "Gather"]),
        ("bobs chop house tomorrow at 7", ["Bob's Steak & Chop House"]),
        ("half moon brewing co, 6 people", ["Half Moon Bay Brewing Company"]),
        ("table for 2 at 1760 at 7", ["1760"]),
        ("is there a table at august 1 five on august 15", ["August 1 Five"]),
        ("dinner at gather, 6 people", ["Gather"]),
        ("reservation at the progress 8pm", ["The Progress"]),
        ("harbor lemongras 2 adults 2 kids", ["Harbour Lemongrass"]),
        ("chez pannise for 4", ["Chez Panisse"]),
        ("table at trellis tomorrow night", ["Trellis Restaurant"]),
        ("robin is full, isn't it", ["Robin"]),
        ("do you have a tomatina in napa", ["Tomatina"]),
        ("coperleafandrye", ["Copperleaf & Rye"]),
        ("copperleaf an rye tomorrow", ["Copperleaf & Rye"]),
        ("la vera pitsa", []),
        ("2g japaneeze brassery at 8", ["2g Japanese Brasserie"]),
        ("osterya toskana tomorrow at 7", ["Osteria Toscana"]),
        ("co pperleaf n rye for 4", ["Copperleaf & Rye"]),
        ("the restaurant trellis for two on the ninth", ["Trellis Restaurant"]),
        ("that kokkari place, saturday 9pm", ["Kokkari Estiatorio"]),
        ("panisse, 6 people, Thursday lunch", ["Chez Panisse"]),
        ("1760 at 17:30", ["1760"]),
        ("two spots at robin if it is not too busy", ["Robin"]),
        ("is there parking near Khachapuri or a bus", ["Khachapuri Post"]),
        ("reserve a table in Bird Dgo for two", ["Bird Dog"]),
        ("Napa has a Tomatina, right?", ["Tomatina"]),
        ("omg can u get us in the progress tmrw", ["The Progress"]),
        ("is there street parking near copperleaf & rye", ["Copperleaf & Rye"]),
        ("my boss loves old siam, can we go", ["Old Siam"]),
        ("I am choosing trellis for two", ["Trellis Restaurant"]),
        ("ok so trellis for two at seven yeah", ["Trellis Restaurant"]),
        ("robin friday at 8, party of 2", ["Robin"]),
        ("We are near Polk Street, the tomatina there", ["Tomatina"]),
        ("It's Kokkari, Main Street, eight fifteen", ["Kokkari Estiatorio"]),
        ("which of Khachapuri Post and Tomatina has a terrace?", ["Khachapuri Post", "Tomatina"]),
    ],
)
def test_names_are_found(index: PlaceIndex, text: str, names: list[str]) -> None:
    assert said(index, text) == names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "is there a place to eat near the pier",
        "our concert starts at 9, can we be done by then?",
        "do you have parking",
        "too slow",
        "at home",
        "we're at home for now",
        "home at 7",
        "book lunch for 4",
        "book the table",
        "the table for 4 tomorrow",
        "can we have a table for 4 tomorrow",
        "thai in oakland",
        "any thai house in town?",
        "thai food oakland",
        "for 8 sushi in pacifica",
        "my 3rd cousin is coming",
        "on the 3rd my cousin comes for 3",
        "my friend Rosa",
        "my friend Rosa comes at 7",
        "this is Charlotte",
        "a table for Rosa Smith",
        "dinner in kyoto",
        "on rosa street",
        "I saw a bird dog yesterday",
        "a heaven for kids",
        "could the Villa Toscana send us food home",
        "gather round",
        "is there live music tonight",
        "it is for two people at 7",
        "anything in little italy?",
        "my friend robin",
        "book a table",
        "at home for 4 hours",
        "I would like Spaghetti House please",
        "Ok... Gather your things",
        "Good Morning! Can We Get A Table At Home",
        "7 restaurants",
        "WE HAVE HOME AND LUNCH",
        "the bird and the dog are in the car",
        "at 1730 for 5",
        "our office is at 1760 Mission Street",
        "the trellis needs paint",
        "we want himalayan food on saturday",
        "can we sit at the home end of the garden",
        "on the 1st of august for five",
        "the trellis in the garden for two at seven",
        "it's robin, for two at seven",
        "her name's Charlotte",
        "kyoto is my daughter, she's 4",
        "opperleaf is a plant",
    ],
)
def test_everyday_texts_name_nothing(index: PlaceIndex, text: str) -> None:
    assert said(index, text) == []


@pytest.mark.parametrize(
    ("expecting", "text", "names"),
    [
        ("restaurant", "Home", ["Home"]),
        ("restaurant", "the table please", ["The Table"]),
        ("restaurant", "lunch", ["Lunch"]),
        ("restaurant", "the trellis", ["Trellis Restaurant"]),
        ("restaurant", "we will have lunch", []),
        ("restaurant", "copperleaf", ["Copperleaf & Rye"]),
        ("name", "Rosa", []),
        ("name", "it's Rosa", []),
        ("name", "book rosa for 4", ["Rosa"]),
        ("name", "no, old siam instead", ["Old Siam"]),
        ("name", "actually make it Old Siam", ["Old Siam"]),
        ("name", "no, Old Siam", ["Old Siam"]),
        ("name", "old siam", []),
        ("choice", "Thai House in Oakland", ["Thai House"]),
        ("choice", "thai house in oakland please", ["Thai House"]),
        ("choice", "thai in oakland", []),
        (None, "biryani pot in newark", []),  # no part of another name, whether or not that one is meant
        ("choice", "I am choosing trellis", ["Trellis Restaurant"]),
        ("name", "actually make it Rosa", []),
        ("restaurant", "dog. the bird one", ["Bird Dog"]),
        ("restaurant", "dog or cat", []),
        ("restaurant", "hmm trellis i guess", ["Trellis Restaurant"]),
        ("city", "oakland", []),
        (None, "lunch", []),
    ],
)
def test_what_is_asked_decides(index: PlaceIndex, expecting: str | None, text: str, names: list[str]) -> None:
    assert said(index, text, expecting) == names


@pytest.fixture(scope="module")
def alike() -> PlaceIndex:
    """Names that are hard to tell apart, or to spell."""
    names = (
        ("Ember Restaurant", "Napa"),
        ("Ember Wood", "Oakland"),
        ("Tek Dae Gok Korean BBQ", "San Jose"),
        ("Casanova Kitchen", "Napa"),
        ("Casanuova Kitchen", "Oakland"),
        ("Live Music", "Oakland"),
        ("Come To My House", "Oakland"),
        ("Maria Lopez", "Napa"),
        ("Long Table Vegi House", "Oakland"),
        ("Gok Kuo", "Dublin"),
        ("Super Tacos El Conrro", "Oakland"),
        ("El Charro Cantina", "Oakland"),
        ("Tong Soon Garden", "Oakland"),
        ("Falcon | Japanese Restaurant", "Santa Rosa"),
        ("Zenppa Restaurant", "Napa"),
        ("Zacky", "Napa"),
        ("Norvalina", "Napa"),
        ("Norvaline", "Napa"),
    )
    return PlaceIndex.build(Place(name.casefold(), name, city, "", ()) for name, city in names)


@pytest.mark.parametrize(
    ("expecting", "text", "names"),
    [
        (None, "any room at tekdaegok tonight?", ["Tek Dae Gok Korean BBQ"]),
        ("restaurant", "long table veggie house", ["Long Table Vegi House"]),
        (None, "gok quo for 4", ["Gok Kuo"]),
        (None, "table at el conrro", ["Super Tacos El Conrro"]),
        ("name", "before that, does Tong Soon Garden have parking?", ["Tong Soon Garden"]),
        ("name", "tong soon garden", []),
        ("name", "sorry, is Maria Lopez good?", []),
        (None, "casanuovvakitchen for 4", ["Casanuova Kitchen"]),  # the nearer of two
        (None, "tekdaeandgok tonight", ["Tek Dae Gok Korean BBQ"]),
        (None, "santa rosa falcon, 7 people, sat 6:15", ["Falcon | Japanese Restaurant"]),
        ("restaurant", "zempa", ["Zenppa Restaurant"]),  # as it sounds
        ("restaurant", "sakie", ["Zacky"]),
        (None, "is there live music by the ember tonight", []),
        (None, "we will come to my horse", []),
    ],
)
def test_names_that_are_nearly_alike(alike: PlaceIndex, expecting: str | None, text: str, names: list[str]) -> None:
    assert said(alike, text, expecting) == names


def test_a_kind_of_house_left_out_tells_it_from_another(alike: PlaceIndex) -> None:
    [find] = find_places(alike, "table at ember tonight")
    assert find.slugs == ("ember restaurant",)  # not "Ember Wood" as well


def test_the_nearer_of_two_is_meant(alike: PlaceIndex) -> None:
    [find] = find_places(alike, "table at norvalyna")
    assert find.slugs == ("norvalina",)


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("tomatina for 4", ("tomatina-alameda", "tomatina-napa")),
        ("tomatina in napa for 4", ("tomatina-napa",)),
        ("tomatina alameda", ("tomatina-alameda",)),
        ("tomatina in oakland", ("tomatina-alameda", "tomatina-napa")),
        ("tomatina for 4, the one in napa", ("tomatina-napa",)),
        ("tomatina in alameda please, not napa", ("tomatina-alameda",)),
    ],
)
def test_a_city_tells_houses_of_one_name_apart(index: PlaceIndex, text: str, slugs: tuple[str, ...]) -> None:
    [find] = find_places(index, text)
    assert find.slugs == slugs


def test_what_several_names_share_tells_all_of_them(index: PlaceIndex) -> None:
    [find] = find_places(index, "table at kokkari")
    assert find.slugs == ("kokkari estiatorio", "kokkari of india")


def test_a_street_tells_houses_of_one_name_apart() -> None:
    index = PlaceIndex.build(
        [Place("a", "Tomatina", "Napa", "1 Polk Street", ()), Place("b", "Tomatina", "Napa", "2 South Elm Avenue", ())]
    )
    assert [find.slugs for find in find_places(index, "the tomatina on elm")] == [("b",)]
    first = Place("c", "Tomatina", "Napa", "7 1st Street", ())
    index = PlaceIndex.build([first, Place("d", "Tomatina", "Napa", "2 2nd Street", ())])
    assert [find.slugs for find in find_places(index, "the tomatina on 1st street")] == [("c",)]
    index = PlaceIndex.build([Place("e", "Consuelo Bistro", "San Jose", "334 Santana Row #1125", ())])
    assert [find.slugs for find in find_places(index, "consuelo in santana row at 7")] == [("e",)]
    assert find_places(index, "consuelo in market row at 7") == []


@pytest.mark.parametrize(
    ("text", "sure"),
    [("old siam at 7", True), ("old siaam at 7", True), ("amami at 7", False), ("table at bluefinn", False)],
)
def test_parts_and_single_words_with_slips_are_not_sure(index: PlaceIndex, text: str, sure: bool) -> None:
    assert [find.sure for find in find_places(index, text)] == [sure]


def test_a_find_tells_its_tokens(index: PlaceIndex) -> None:
    [find] = find_places(index, "see you at 2g japanese brasserie at 7")
    assert (find.first, find.end) == (3, 7)


PIECES = ("8", "sushi", "bird", "dog", "the", "&", "table", "at", "3rd", ".", ",", "for", "4", "Home", "b44")


@given(text=st.text(max_size=200), words=st.lists(st.sampled_from(PIECES)))
def test_any_text_is_welcome(index: PlaceIndex, text: str, words: list[str]) -> None:
    said = f"{text} {' '.join(words)}"
    finds = find_places(index, said)
    assert all(find.end <= after.first for find, after in pairwise(finds))
    assert all(0 <= find.first < find.end <= len(tokenize(said)) for find in finds)


def test_what_follows_the_eightieth_word_costs_little_and_names_nothing(index: PlaceIndex) -> None:
    beginning = "bird house thai dog " * 20
    once = steps(lambda: find_places(index, beginning))
    assert steps(lambda: find_places(index, beginning * 10)) < once * 10 / 2
    assert said(index, beginning + "book old siam") == []


def test_names_of_nothing_but_marks_are_left_out() -> None:
    index = PlaceIndex.build([Place("marks", "!!!", "", "", ()), Place("rasa", "Rasa", "", "", ())])
    assert [find.slugs for find in find_places(index, "book rasa for 4 !!!")] == [("rasa",)]

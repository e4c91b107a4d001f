"""Cuisines by the words people use for them."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.reading.message import Message
from nlu.reading.neighbours import in_a_name
from nlu.reading.spelling import slips
from nlu.reading.wishes import phrase_book
from nlu.reading.words import words

CUISINES = {
    "Italian": "italian|pasta|trattoria|osteria",
    "Pizza": "pizza|pizzeria|pizzas",
    "Mexican": "mexican|tacos|taco|taqueria|burritos|burrito|enchiladas",
    "Tex-Mex": "tex mex|tex - mex|texmex",
    "Chinese": "chinese|shanghainese|noodles",
    "Dim Sum": "dim sum",
    "Dumplings": "dumplings|dumpling",
    "Sichuan": "szechuan|sichuan|szechwan",
    "Cantonese": "cantonese",
    "Hunan": "hunan",
    "Japanese": "japanese|izakaya|omakase|teppanyaki|kaiseki|yakitori|udon",
    "Sushi": "sushi|sashimi",
    "Ramen": "ramen",
    "Thai": "thai|pad thai",
    "Indian": "indian|curry|tandoori|south indian|north indian|biryani|punjabi|bengali",
    "Pakistani": "pakistani",
    "Vietnamese": "vietnamese|banh mi",
    "Pho": "pho",
    "Korean": "korean|korean bbq|bibimbap",
    "Brasserie": "brasserie",
    "Bistro": "bistro",
    "French": "french|parisian|lyonnais|provencal|auvergne|crepes",
    "Spanish": "spanish|paella|catalan",
    "Tapas": "tapas|small plates",
    "Basque": "basque",
    "Portuguese": "portuguese",
    "Greek": "greek|gyros",
    "Turkish": "turkish|kebab|kebabs",
    "Lebanese": "lebanese",
    "Middle Eastern": "middle eastern|mediterranean eastern|falafel|israeli|syrian|iraqi|arabic|yemeni",
    "Mediterranean": "mediterranean|mezze",
    "Persian": "persian|iranian",
    "Afghan": "afghan|afghani",
    "Moroccan": "moroccan|tagine",
    "Ethiopian": "ethiopian|eritrean",
    "African": "african|nigerian|ghanaian|west african|senegalese",
    "American": "american|new american|diner food|hawaiian|traditional american",
    "Comfort Food": "comfort food",
    "Californian": "californian|california cuisine|cali cuisine",
    "Southwestern": "southwestern",
    "Fast Food": "fast food",
    "Burgers": "burger|burgers|hamburgers",
    "Steakhouse": "steakhouse|steak|steaks|steak house|chophouse",
    "Barbecue": "barbecue|bbq|barbeque|smokehouse|ribs",
    "Seafood": "seafood|fish|oysters|lobster|crab|fish and chips|oyster bar",
    "Southern": "southern|soul food|fried chicken",
    "Cajun": "cajun|creole|gumbo",
    "Caribbean": "caribbean|jamaican|jerk",
    "Cuban": "cuban",
    "Peruvian": "peruvian|ceviche",
    "Brazilian": "brazilian|churrascaria",
    "Argentinian": "argentinian|argentine|argentinean",
    "Latin American": "latin american|latin|colombian|venezuelan|salvadoran|south american",
    "British": "british|english|sunday roast|pub food|scottish",
    "Irish": "irish",
    "German": "german|bavarian|schnitzel|austrian",
    "Polish": "polish|pierogi",
    "Russian": "russian|ukrainian",
    "Georgian": "georgian|khachapuri",
    "Eastern European": "eastern european",
    "Scandinavian": "scandinavian|nordic|swedish|danish|norwegian|finnish",
    "Belgian": "belgian|mussels",
    "Hungarian": "hungarian",
    "Filipino": "filipino|philippine",
    "Indonesian": "indonesian|balinese",
    "Malaysian": "malaysian",
    "Singaporean": "singaporean",
    "Burmese": "burmese",
    "Nepalese": "nepalese|nepali|tibetan",
    "Taiwanese": "taiwanese",
    "Mongolian": "mongolian|hot pot|hotpot",
    "Sri Lankan": "sri lankan",
    "Australian": "australian",
    "European": "european|modern european|continental|swiss|fondue",
    "Asian": "asian|oriental|pan asian|asian fusion|pan - asian|southeast asian",
    "Fusion": "fusion",
    "Vegetarian": "vegetarian restaurant|vegan restaurant",
    "Deli": "deli|sandwiches|delicatessen|bagels|jewish",
    "Cafe": "cafe|coffee|coffee shop|tea room|bakery|patisserie",
    "Gastropub": "gastropub|gastro pub|pub",
    "Wine Bar": "wine bar",
    "Buffet": "all you can eat",
    "Brunch": "brunch place|breakfast and brunch|breakfast & brunch|brunch spot",
    "Breakfast": "pancakes|waffles|breakfast place",
    "Salad": "salads|salad|healthy food",
    "Izakaya": "robata",
}
_NATIONS = words(
    "italian mexican chinese japanese indian french korean spanish turkish lebanese vietnamese mediterranean moroccan "
    "ethiopian american brazilian peruvian british georgian seafood"
)
_ENDS = frozenset(",.;:!?")
_AND = words("or nor and")
_ARTICLES = words("a an the")
_REFUSING = words("not no except dont without isnt arent hate hates avoid")
_REFUSING_PAIRS = {
    *((all_, "but") for all_ in ("anything", "anywhere", "everything", "something", "somewhere")),
    *(("other", "than"), ("sick", "of"), ("tired", "of")),
}
_TYPES = words("restaurant restaurants food cuisine place places please thanks i and")
_MISTYPED = {slip: word for word in _NATIONS for slip in slips(word) if slip != "koran"}
_BOOK = phrase_book(CUISINES)


def read_cuisines(message: Message) -> None:
    """Claim cuisines as `cuisine` ("not Thai": `refused_cuisine`), unless the word is plainly part of a name."""
    view = message.view
    refused_until: int | None = None
    for first, end, cuisine in _BOOK.find([_MISTYPED.get(word, word) for word in view.words]):
        if in_a_name(message, view.items[first][1], view.items[end - 1][2]) or _begins_name(
            message, view.items[end - 1]
        ):
            continue
        goes_on = refused_until == first - 1 and view.words[first - 1] in _AND  # "not Thai or Chinese"
        refused = goes_on or _is_refused(view.words[:first])
        refused_until = end if refused else None
        entity = "refused_cuisine" if refused else "cuisine"
        message.claim(entity, view.items[first][1], view.items[end - 1][2], cuisine)


def _is_refused(before: Sequence[str]) -> bool:
    """Whether the words before a cuisine refuse it: "not Thai", "anything but Thai"; but "no, Thai" and "why not Thai" do not."""
    near = [word for word in before[-3:] if word not in _ARTICLES][-2:]
    if near and near[-1] in _ENDS:
        return False
    if near and near[0] in _ENDS:
        near = near[1:]
    if tuple(near) in _REFUSING_PAIRS:
        return True
    return not _REFUSING.isdisjoint(near) and near[0] not in ("or", "why") and near[-1] != "or"


def _begins_name(message: Message, last: tuple[str, int, int]) -> bool:
    """Whether the next word is capitalised, too, though the message is not written so: "Khachapuri Post for 2"."""
    _, position, end = last
    if end >= len(message.tokens) or not message.tokens[position].capital or message.taken(end):
        return False
    follower = message.tokens[end]
    small = sum(token.kind == "word" and not token.capital for token in message.tokens)
    return follower.kind == "word" and follower.capital and follower.word not in _TYPES and small > 0

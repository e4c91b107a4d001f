"""Where to sit, what cannot be eaten, what is celebrated, what it may cost."""

from __future__ import annotations

from nlu.reading.message import Message, Phrases
from nlu.reading.neighbours import in_a_name

_SEATING = {
    "outdoor": "outdoor|outdoors|outside|out side|outdoor seating|outside seating|outside table|outdoor table|patio|"
    "the patio|terrace|garden|al fresco|alfresco|open air|in the open|courtyard|deck|roof terrace|rooftop|veranda|"
    "balcony|on the sidewalk|sidewalk|beer garden",
    "indoor": "indoor|indoors|inside|in side|interior|under a roof|under cover|within the restaurant|inside seating|"
    "indoor seating|indoor table|inside table|in the dining room|dining room|main room",
    "bar": "at the bar|the bar|bar seat|bar seats|bar seating|bar stools|bar table|by the bar|near the bar|counter|"
    "counter seats|counter seating|at the counter|bar area",
    "booth": "booth|a booth|booth seat|banquette|corner booth",
    "window": "window|window seat|window table|by the window|next to the window|near the window|by a window|"
    "at the window|with a view|nice view|sea view",
    "quiet": "quiet|quieter|quiet table|quiet spot|quiet corner|somewhere quiet|away from the noise|not too loud|"
    "not too noisy|not noisy|"
    "not loud|away from the kitchen|secluded|private|corner table|in the corner|cosy corner|cozy corner|intimate",
    "private_room": "private room|private dining|private dining room|private area|function room|separate room",
    "high_chair": "high chair|high chairs|highchair|highchairs|booster seat|booster seats|booster|kid chair|kid chairs|"
    "baby chair|baby seat|baby chairs|chairs for children|chairs for kids|childs seat|child seat|child seats|kids chair",
    "stroller": "stroller|pram|buggy|pushchair|strollers|room for a pram|room for a stroller",
    "step_free": "wheelchair|wheelchairs|wheelchair users|wheelchair access|wheelchair accessible|wheel chair|wheelchair user|"
    "step free|no stairs|no steps|mobility scooter|wheelchair friendly|disabled access|handicap access|handicapped accessible|"
    "walker|on crutches|crutches|ground floor",
    "standing": "high top|hightop|high table|standing table",
    "near_heater": "heater|near a heater|by the fire|fireplace|by the fireplace|near the fire",
    "shade": "in the shade|shaded|shade|out of the sun",
    "power_outlet": "power outlet|power outlets|power socket|power sockets|plug socket|plug sockets|wall socket|a socket|"
    "an outlet",
    "dog": "with a dog|with my dog|my dog|our dog|bring a dog|a dog",
}
DIETS = {
    "vegan": "vegan|vegans|plant based|plantbased",
    "vegetarian": "vegetarian|vegetarians|no meat|meat free|veggies",
    "pescatarian": "pescatarian|pescetarian|pescatarians",
    "gluten_free": "gluten free|gluten|gluten intolerant|gluten intolerance|gluten allergy|celiac|coeliac|gf options|"
    "celiacs|coeliacs|wheat allergy|no gluten|glutenfree",
    "dairy_free": "dairy free|lactose intolerant|lactose|lactose free|no dairy|milk allergy|dairy allergy|"
    "lactose intolerance|dairyfree|allergic to milk|allergic to dairy",
    "nut_allergy": "nut allergy|nut allergies|peanut allergy|peanut allergies|allergic to nuts|allergic to peanuts|"
    "nut free|no nuts|peanuts|tree nuts|allergic to peanut|allergy to nuts|cant eat nuts",
    "shellfish_allergy": "shellfish allergy|allergic to shellfish|allergic to seafood|seafood allergy|no shellfish|"
    "allergic to prawns|allergic to shrimp|crustaceans|allergic to fish|fish allergy",
    "egg_allergy": "egg allergy|allergic to eggs|allergic to egg|no eggs|egg free",
    "soy_allergy": "soy allergy|allergic to soy|soy free|soya allergy",
    "sesame_allergy": "sesame allergy|allergic to sesame",
    "allergy": "allergies|allergy|food allergies|food allergy|allergic|intolerance|dietary requirements|"
    "dietary restrictions|dietary needs|special diet|anaphylactic",
    "halal": "halal",
    "kosher": "kosher",
    "low_carb": "keto|low carb|paleo",
    "diabetic": "diabetic|diabetes|no sugar|sugar free",
    "no_pork": "no pork|dont eat pork|doesnt eat pork",
    "no_alcohol": "no alcohol|dont drink|non alcoholic",
}
_OCCASION = {
    "birthday": "birthday|birthday party|birthday dinner|birthday lunch|turning 30|turning 40|turning 50|turning 60|"
    "sweet 16|b day|birthday celebration|birthday meal",
    "anniversary": "anniversary|wedding anniversary|our anniversary|anniversary dinner",
    "date": "date night|first date|romantic dinner|romantic evening|romantic|a hot date|romantic meal",
    "engagement": "engagement|proposal|proposing|propose|getting engaged|engagement dinner|engagement party",
    "wedding": "wedding|rehearsal dinner|reception|wedding party",
    "bachelor": "bachelor party|bachelorette|bachelorette party|hen do|stag do|hen party|stag party|hens night",
    "graduation": "graduation|graduating|graduated|graduation dinner|commencement",
    "business": "business dinner|business lunch|work dinner|work lunch|team dinner|team lunch|client dinner|"
    "client lunch|business meeting|office party|work party|business meal|work do",
    "baby_shower": "baby shower|gender reveal|christening|baptism|communion|bar mitzvah|bat mitzvah",
    "farewell": "farewell|leaving do|going away party|retirement|retirement party|farewell dinner",
    "celebration": "celebration|celebrating|special occasion|promotion|celebrate|a toast",
    "reunion": "reunion|family reunion|class reunion|get together",
    "funeral": "wake|funeral|memorial lunch",
}
_PRICE = {
    "1": "cheap|inexpensive|affordable|budget|low cost|not too expensive|not expensive|reasonably priced|cheaper|"
    "not pricey|low priced|cheap eats|economical|on a budget|low price",
    "2": "moderate|moderately priced|mid range|midrange|mid priced|medium priced|intermediate|intermediately priced|"
    "average price|reasonable|moderate price|intermediate priced|medium price",
    "3": "expensive|pricey|upscale|high end|fine dining|upmarket|pricier|smart|fancy place|fancy restaurant|fancy spot|"
    "somewhere fancy|something fancy",
    "4": "very expensive|luxury|luxurious|ultra high end|michelin star|michelin|michelin starred|most expensive|very fancy",
}


def phrase_book(meanings: dict[str, str]) -> Phrases:
    """A dictionary of phrases from meanings with their phrases between bars; two words may have a hyphen between them."""
    spaced = {phrase: meaning for meaning, phrases in meanings.items() for phrase in phrases.split("|")}
    hyphened = {phrase.replace(" ", " - "): meaning for phrase, meaning in spaced.items() if phrase.count(" ") == 1}
    return Phrases(hyphened | spaced)


AREAS = frozenset(("outdoor", "indoor", "bar", "private_room"))
"""Seating that is a part of the house; any other, such as a high chair, is a feature of a table."""
_WORDS_OF_AREAS = frozenset(phrase for area in AREAS for phrase in _SEATING[area].split("|"))
_BOOKS = (
    ("diet", phrase_book(DIETS)),
    ("occasion", phrase_book(_OCCASION)),
    ("seating", phrase_book(_SEATING)),
)
_PRICES = phrase_book(_PRICE)
_NEGATING = frozenset({"not", "dont", "without", "except", "isnt", "never", "other", "rather"})
_REACH = 4
_OPPOSITES = {"outdoor": "indoor", "indoor": "outdoor"}


def names_area(text: str) -> bool:
    """Whether a part of a house is all that the text asks for: "patio", "at the bar"."""
    return " ".join(text.lower().split()) in _WORDS_OF_AREAS


def read_wishes(message: Message) -> None:
    """Claim `seating`, `diet`, `occasion` and `price` (1 to 4); "not outside" is a wish for indoors."""
    for entity, book in _BOOKS:
        view = message.view
        for first, end, meaning in book.find(view.words):
            if in_a_name(message, view.items[first][1], view.items[end - 1][2]):
                continue
            refused = entity == "seating" and _refused(view.words, first)
            wish = _OPPOSITES.get(meaning) if refused else meaning
            if wish:
                message.claim(entity, view.items[first][1], view.items[end - 1][2], wish)
    view = message.view
    for first, end, level in _PRICES.find(view.words):
        if first and view.words[first - 1] == "how":
            continue  # a question, not a wish
        message.claim("price", view.items[first][1], view.items[end - 1][2], int(level))


def _refused(words: list[str], first: int) -> bool:
    before = words[max(0, first - _REACH) : first]
    if before[-1:] == ["no"]:  # further off it is an answer: "no wait, outside"
        return True
    for word in reversed(before):
        if word in (",", ".", "but", "!", "?", ";"):
            return False
        if word in _NEGATING:
            return True
    return False

"""Cities: big ones by name and nickname, and whatever stands after "in" as a name would."""

from __future__ import annotations

from nlu.reading.message import Message, Phrases
from nlu.reading.spelling import slips
from nlu.reading.words import words

_CITIES = """
New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|Austin|Fort Worth|San Jose|
Columbus|Charlotte|Indianapolis|San Francisco|Seattle|Denver|Oklahoma City|Nashville|Washington|El Paso|Las Vegas|Boston|
Detroit|Portland|Louisville|Memphis|Baltimore|Milwaukee|Albuquerque|Tucson|Fresno|Sacramento|Mesa|Atlanta|Kansas City|
Colorado Springs|Omaha|Raleigh|Miami|Virginia Beach|Long Beach|Oakland|Minneapolis|Bakersfield|Tulsa|Tampa|Arlington|
Wichita|Aurora|New Orleans|Cleveland|Honolulu|Anaheim|Orlando|Lexington|Stockton|Riverside|Irvine|Newark|Santa Ana|
Cincinnati|Pittsburgh|Saint Paul|Greensboro|Jersey City|Durham|Lincoln|North Las Vegas|Plano|Anchorage|Gilbert|Madison|
Reno|Chandler|St. Louis|Buffalo|Fort Wayne|Lubbock|St. Petersburg|Laredo|Irving|Chesapeake|Glendale|Winston Salem|
Scottsdale|Garland|Boise|Norfolk|Spokane|Richmond|Fremont|Huntsville|Salt Lake City|Santa Fe|Savannah|Charleston|
Brooklyn|Queens|Manhattan|The Bronx|Staten Island|Hoboken|Cambridge|Somerville|Providence|New Haven|Hartford|Santa Monica|
Pasadena|Beverly Hills|West Hollywood|Venice Beach|Malibu|Long Island|White Plains|Boulder|Fort Collins|Evanston|
Oak Park|Palo Alto|Menlo Park|Redwood City|San Mateo|Burlingame|Millbrae|San Bruno|South San Francisco|Daly City|Berkeley|
Alameda|Emeryville|Albany|El Cerrito|Walnut Creek|Concord|Lafayette|Orinda|Danville|San Ramon|Dublin|Pleasanton|Livermore|
Hayward|San Leandro|Castro Valley|Union City|Milpitas|Santa Clara|Sunnyvale|Mountain View|Los Altos|Cupertino|Campbell|
Los Gatos|Saratoga|Morgan Hill|Gilroy|Half Moon Bay|Foster City|Belmont|San Carlos|Sausalito|Mill Valley|San Rafael|
Novato|Petaluma|Santa Rosa|Sonoma|Napa|St. Helena|Vallejo|Vacaville|Fairfield|Healdsburg|Calistoga|Yountville|Santa Cruz|
Monterey|Carmel|Los Angeles|Corte Madera|Larkspur|Tiburon|Antioch|Brentwood|Benicia|Pacifica|Pleasant Hill|Martinez|
London|Manchester|Birmingham|Leeds|Glasgow|Edinburgh|Liverpool|Bristol|Sheffield|Cardiff|Belfast|Leicester|Nottingham|
Newcastle|Brighton|Oxford|York|Bath|Southampton|Plymouth|Aberdeen|Dublin|Cork|Galway|Toronto|Montreal|Vancouver|Calgary|
Ottawa|Edmonton|Quebec City|Winnipeg|Halifax|Victoria|Sydney|Melbourne|Brisbane|Perth|Adelaide|Canberra|Gold Coast|Auckland|
Wellington|Christchurch|Paris|Lyon|Marseille|Nice|Berlin|Munich|Hamburg|Frankfurt|Cologne|Vienna|Zurich|Geneva|Basel|Madrid|
Barcelona|Valencia|Seville|Lisbon|Porto|Rome|Milan|Florence|Venice|Naples|Turin|Amsterdam|Rotterdam|Brussels|Antwerp|
Copenhagen|Stockholm|Oslo|Helsinki|Warsaw|Prague|Budapest|Athens|Istanbul|Dubai|Tokyo|Osaka|Kyoto|Seoul|Singapore|Hong Kong|
Bangkok|Mumbai|Delhi|Bangalore|Mexico City|Sao Paulo|Buenos Aires|Lima|Bogota|Cape Town|Johannesburg|Nairobi|Lagos|Cairo|
Tel Aviv|Shanghai|Beijing|Taipei|Manila|Jakarta|Kuala Lumpur
"""
NICKNAMES = {
    "nyc": "New York", "new york city": "New York", "ny": "New York", "la": "Los Angeles", "l . a .": "Los Angeles",
    "sf": "San Francisco", "san fran": "San Francisco", "frisco": "San Francisco", "s . f .": "San Francisco",
    "sanfrancisco": "San Francisco", "philly": "Philadelphia", "vegas": "Las Vegas", "dc": "Washington",
    "washington dc": "Washington", "d . c .": "Washington", "nola": "New Orleans", "chi town": "Chicago",
    "saint helena": "St. Helena", "st . helena": "St. Helena", "saint louis": "St. Louis", "st . louis": "St. Louis",
    "slc": "Salt Lake City", "atl": "Atlanta", "bk": "Brooklyn", "city of london": "London", "central london": "London",
    "downtown san francisco": "San Francisco", "downtown chicago": "Chicago", "sfo": "San Francisco",
}  # fmt: skip
# Also ordinary words or first names: only after "in" or "near".
_AMBIGUOUS = frozenset(
    [
        "phoenix",
        "austin",
        "charlotte",
        "madison",
        "lincoln",
        "mesa",
        "aurora",
        "concord",
        "buffalo",
        "reading",
        "bath",
        "nice",
        "cork",
        "perth",
        "victoria",
        "york",
        "florence",
        "venice",
        "milan",
        "sydney",
        "dallas",
        "paris",
        "denver",
        "savannah",
        "boulder",
        "la",
        "ny",
        "gilbert",
        "chandler",
        "lexington",
        "irving",
        "garland",
        "laredo",
        "orlando",
        "sonoma",
        "carmel",
        "campbell",
        "albany",
        "dublin",
        "lafayette",
        "brighton",
        "cambridge",
        "geneva",
        "lima",
        "naples",
        "alameda",
        "lyon",
        "memphis",
        "houston",
        "plymouth",
        "wellington",
        "bristol",
        "durham",
        "raleigh",
        "london",
        "boston",
        "chesapeake",
        "riverside",
        "fairfield",
        "sf",
        "dc",
    ]
)
_NAMES = [name.strip() for name in _CITIES.replace("\n", "").split("|")]
_BOOK = Phrases({name.lower().replace(".", ""): name for name in _NAMES} | NICKNAMES)
_SHORTEST_MISTYPED = 6
_MISTYPED = {
    slip: name for name in _NAMES if len(name) >= _SHORTEST_MISTYPED for slip in slips(name.lower().replace(".", ""))
}
_PLACING = words("in near around at city downtown to for from located is ,")
_SURE = frozenset({"in", "near", "around", "city", "downtown"})
_LONGEST = 3
_NOT_CITIES = words(
    "the a an my our your this that case total advance time party town house person fact general name order need there here "
    "area restaurant booking mind bed touch charge place english spanish french cash private particular all both one two "
    "any every each some minutes hour hours day days week weeks me it addition future front between line which what "
    "i we you he she they"
)


def read_cities(message: Message) -> None:
    """Claim cities as `city`, with the name as it should be printed."""
    view = message.view
    for first, end, name in _BOOK.find(view.words):
        alone = len([word for word in view.words if word.isalpha()]) == end - first
        sure = alone or message.expecting == "city" or end - first > 1 or view.words[first] not in _AMBIGUOUS
        if sure or _is_placed(message, first):
            message.claim("city", view.items[first][1], view.items[end - 1][2], name)
    _claim_mistyped(message)
    _claim_after_in(message)


def _is_placed(message: Message, place: int) -> bool:
    """Whether what is said before makes a city of a word that is a common one or a first name, too."""
    before = message.view.words[place - 1] if place else ""
    _, first, end = message.view.items[place]
    if before in _SURE:
        return True
    return message.tokens[first].capital and before in _PLACING and not _name_follows(message, end)


def _name_follows(message: Message, position: int) -> bool:
    return position < len(message.tokens) and message.tokens[position].capital


def _claim_mistyped(message: Message) -> None:
    """Claim "in bostn", and a slip that is all of an answer to the question for the city."""
    items, said = message.view.items, message.view.words
    for place in range(len(said)):
        name = next(
            (_MISTYPED[text] for text in (" ".join(said[place : place + 2]), said[place]) if text in _MISTYPED), None
        )
        alone = message.expecting == "city" and place == 0
        if name and (alone or (place and said[place - 1] in _SURE)):
            message.claim("city", items[place][1], items[place + name.count(" ")][2], name)


def _claim_after_in(message: Message) -> None:
    """Claim capitalised words right after "in" ("in Half Moon Bay")."""
    if message.text.isupper():
        return
    view = message.view
    for place, word in enumerate(view.words[:-1]):
        if word not in ("in", "near"):
            continue
        first = view.items[place + 1][1]
        end = first
        while end < len(message.tokens) and end - first < _LONGEST:
            token = message.tokens[end]
            if token.kind != "word" or not token.capital or token.word in _NOT_CITIES:
                break
            end += 1
        if end > first:
            printed = message.text[message.tokens[first].start : message.tokens[end - 1].end]
            message.claim("city", first, end, printed)

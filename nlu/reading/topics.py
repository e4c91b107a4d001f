"""What a question about a restaurant is about."""

from __future__ import annotations

from nlu.reading.message import Message
from nlu.reading.neighbours import in_a_name
from nlu.reading.wishes import phrase_book
from nlu.reading.words import words

_TOPICS = {
    "hours": "hours|opening hours|opening times|open|opens|opening|close|closes|closing|closing time|closed|"
    "business hours|what days|what time do you|last orders|kitchen close|kitchen closes|last seating|opening time|"
    "till when|until when|how late|how early|openning",
    "address": "address|located|location|where|where are you|where is it|wheres that|where is that|wheres it|directions|"
    "postcode|post code|zip|zip code|"
    "street|neighborhood|neighbourhood|find you|get there|map|how far|which area|what area|cross street|nearest station|"
    "which floor|nearest subway",
    "phone": "phone|phone number|telephone|tel|telephone number|contact number|their number|your number|call you|"
    "number of the restaurant|contact details|contact info|contact",
    "website": "website|web site|site|web address|web page|url|instagram|facebook|email|email address|homepage",
    "parking": "parking|park|where do i park|where do we park|where can i park|where can we park|where to park|"
    "car park|valet|parking lot|garage|valet parking|park the car|park my car|parking space|"
    "street parking|bike rack|ev charging|charging station",
    "dress_code": "dress code|dresscode|wear|dress|jacket|tie|formal|casual|attire|shorts|jeans|sneakers|trainers|"
    "flip flops|sandals|dressy|fancy dress|smart casual",
    "price": "how expensive|how pricey|"
    "price|prices|price range|cost|costs|how much|pricing|per person|per head|average bill|corkage|deposit|"
    "cover charge|minimum spend|service charge|gratuity|cancellation fee|fee|charge|tip|tips",
    "menu": "menu|menus|dishes|dish|serve|specials|tasting menu|set menu|dessert|desserts|food|wine list|starters|"
    "specialties|signature dish|speciality|prix fixe|a la carte|kids menu|childrens menu|signature|breakfast menu",
    "features": "live music|music|band|dj|happy hour|tv|sports|view|heaters|heating|air conditioning|ac|smoking|"
    "dance floor|karaoke|atmosphere|ambience|ambiance|vibe|noisy|loud|entertainment|jazz|trivia|quiz|dancing|"
    "projector|private event|buffet|open kitchen|pool table",
    "alcohol": "alcohol|wine|beer|cocktails|liquor|drinks|byo|byob|bring your own|bring my own|bar menu|serve alcohol|"
    "full bar|booze|cocktail|draft beer|own wine|own bottle|champagne|bring wine",
    "kids": "kid friendly|child friendly|family friendly|kids allowed|children allowed|kids welcome|changing table|"
    "changing room|kids play|playground|children welcome|baby changing|crayons|good for kids",
    "payment": "credit card|credit cards|cards|cash|pay|payment|apple pay|amex|google pay|american express|visa|"
    "mastercard|debit|contactless|split the bill|gift card|gift cards|voucher|vouchers|split the check|gift voucher|"
    "cash only|tax|invoice|receipt",
    "wifi": "wifi|wi fi|wi - fi|internet|wireless|power outlets|outlets",
    "pets": "dog|dogs|pet|pets|dog friendly|pet friendly|puppy|service animal|service dog|cat|animals",
    "accessibility": "accessible|accessibility|elevator|lift|ramp|stairs|steps|restroom|toilet|toilets|restrooms|"
    "bathroom|bathrooms|braille|hearing loop|disabled toilet",
    "delivery": "delivery|deliver|takeout|take out|takeaway|take away|to go|pickup|pick up|delivered|curbside|doordash|"
    "uber eats|order online|catering|cater",
    "rating": "rating|ratings|reviews|stars|star rating|review|yelp|rated|michelin guide",
    "cuisine": "cuisine|what kind of food|type of food|kind of restaurant|what kind of place|what type of food|"
    "what sort of food|kind of food",
    "capacity": "how big|biggest table|largest party|large groups|big groups|private hire|how many people|capacity|"
    "max party|big parties|how many seats|buy out|large parties|maximum party",
    "policy": "cancellation policy|cancelation policy|how late can i cancel|grace period|hold the table|hold our table|"
    "hold my table|time limit|how long do we have|how long can we stay|cake|bring a cake|own cake|cakeage|balloons|"
    "decorations|flowers|candles|walk in|walk ins|walkins|waitlist|waiting list|wait list|age limit|lost and found|"
    "left my|left a|complaint|complain|manager",
}
_BOOK = phrase_book(_TOPICS)


_ASKING = words(
    "? what whats where wheres when whens how hows which who is are do does did can could may will would should have has got "
    "any tell give send know wondering wonder show need about question info details get there theres"
)
_STATES = words("open opens opened closed close closes")
_AFTER_STATES = words("? . ! , ; on at for in this that during all every today now")
_SOUGHT = words("features alcohol kids wifi pets accessibility delivery")
_PLACES = words("place places restaurant restaurants spot spots bar cafe")
_BARE = 4


def read_topics(message: Message) -> None:
    """Claim what is asked about as `topic`, after everything that belongs to a booking; statements have no topic."""
    view = message.view
    plain = [word for word in view.words if word.isalpha()]
    bare = len(plain) <= _BARE and message.expecting != "restaurant" and not message.has("party_size", "date", "time")
    asks = bare or bool(_ASKING.intersection(view.words))
    for first, end, topic in _BOOK.find(view.words):
        if not asks and not (topic in _SOUGHT and _is_sought(view.words, first, end)):
            continue
        start, stop = view.items[first][1], view.items[end - 1][2]
        if _is_told_of_it(message, start, stop) or not in_a_name(message, start, stop):
            message.claim("topic", start, stop, topic)


def _is_sought(said: list[str], first: int, end: int) -> bool:
    """Whether a place is looked for by it: "somewhere with live music", "a dog friendly place"."""
    before = [word for word in said[:first] if word not in ("a", "/")]  # "w/ live music", "w a dj"
    return before[-1:] in (["with"], ["w"]) or (end < len(said) and said[end] in _PLACES)


def _is_told_of_it(message: Message, start: int, stop: int) -> bool:
    """Whether the tokens tell of what stands before them: "when is Larkspur open?", "is Larkspur closed on Monday"."""
    if stop - start != 1 or message.tokens[start].word not in _STATES:
        return False
    after = message.tokens[stop] if stop < len(message.tokens) else None
    return after is None or after.word in _AFTER_STATES or message.taken(stop)

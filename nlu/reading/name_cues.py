"""What makes a name of a word: phrases before and behind it, titles, particles, and words that are names, too."""

from __future__ import annotations

import re

from nlu.reading.message import pattern
from nlu.reading.words import words

STRONG = pattern(
    r"(?:my|the|his|her|our|wifes|husbands|whose|full|first|and) (?:full |own |first |given )?names?"
    r"(?: is| was| would be| will be|s| :| =)|my (?:full |first )?names?|names? (?:is|of|to|:|=)|"
    r"(?:under|in|by|using|use|for|put|with) (?:the |my |a )?names?(?: of| :| is)?|"
    r"(?:can |could |may |just |please )?calls? me|they call me|people call me|i go by(?: the name)?(?: of)?|"
    r"i am called|im called|i am named|im named|name its|name it|known as|registered to|belongs to|"
    r"(?<!restaurant )(?<!place )names|(?<=[,.;>] )name|(?<!restaurant )(?<!place )(?<!\bthe )(?<!\ba )(?<!\bmy )(?<!\bits )name|"
    r"(?:change|switch|correct|fix|update) (?:the |my |our |that )?names?"
    r"(?: (?:on|of|for) (?:it|<?\w+>?|(?:the|my|our) \w+))? (?:to|into)|"
    r"names? (?:on|for|of) (?:the |my |our )?(?:booking|reservation|table|it) (?:to|is|should be)|"
    r"(?:wifes|husbands|partners|friends|moms|mums|dads|boyfriends|girlfriends|colleagues) names?|"
    r"made by|booked by|reserved by|signed"
)
UNDER = pattern(r"(?:under|on behalf of|name for|by the name of|by the name)")
WEAK = pattern(
    r"(?:this is|this s|thiss|i am|im|i m|with|its|it is|it s|ask for|for|from|by|to|mr|mrs|ms|dr|miss|hi|hello|hey|"
    r"probably|think|believe|regards|thanks|cheers|a|the|that|cancel|as|sincerely|me)(?: (?:,|\.|:))?"
)
AFTER = pattern(
    r"(?:is (?:my|the|our) (?:full |first )?name|is what (?:you can|to) call me|here|speaking|has (?:a|the|already|done|made|"
    r"booked|reserved)|(?:made|booked|reserved) (?:a|the|it)|is (?:the )?name|will be (?:the|my) name|is who|,? party of)"
)
ATTRIBUTED = frozenset(
    {"booking", "reservation", "table", "party", "dinner", "lunch", "<part_of_day>", "group", "<party_size>"}
)
LAST_ONLY = pattern(r"(?:my |the )?(?:last|family|sur) ?name(?: is| s| would be| will be| :|s)?")
FIRST_ONLY = pattern(r"(?:my |the )?(?:1th|first|given) ?name(?: is| s| would be| will be| :|s)?")
LAST_AFTER = pattern(r"is (?:my|the|our) (?:last name|surname|family name|sur name)")
FIRST_AFTER = pattern(r"is my (?:first|given) name")
BOTH = words(
    "will may april june grace faith hope joy mark rich dawn art bill frank jack pat ray rob sue drew chase hunter summer "
    "eve rose ruby pearl sandy ginger violet daisy olive penny jean gene grant guy dean"
)
"""Words that are given names, too: they are none until a name was asked for."""
SIGNING = words("regards thanks cheers sincerely best")
SPEAKING_UP = words("here speaking")
INTRODUCING = words("this im i mr mrs ms dr miss")
SHUT = words("please thanks thx ty cheers x . ! , ) -") | {""}
ASKING = words("does is do has if whether know and")
PARTICLES = words("de la del der den van von da di dos du le el al bin ibn mac mc st ter ten san santa y af av zu")
TITLES = words("mr mrs ms miss dr prof sir madam mister professor")
BOOKING_WORDS = words("booking reservation table book booked reserve reserved made cancel <part_of_day>")
LONGEST, PAIR, HYPHENATED = 4, 2, 3
POSSESSIVE = re.compile("['’`´]s$")


SPEAKING = words(
    "yes no ok okay thank thanks never forget start cancel stop what who how why when where is are can could hello hi hey good "
    "im i its it this my that not please sorry change help the same book talk speak call same start undo wait nope yeah sure"
)

"""What makes a name of a word: phrases before and behind it, titles, particles, and words that are names, too."""

from __future__ import annotations

import re

from nlu import lexicon
from nlu.reading.message import pattern

_WORDS = lexicon.words("names")

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
ATTRIBUTED = _WORDS.attributed
LAST_ONLY = pattern(r"(?:my |the )?(?:last|family|sur) ?name(?: is| s| would be| will be| :|s)?")
FIRST_ONLY = pattern(r"(?:my |the )?(?:1th|first|given) ?name(?: is| s| would be| will be| :|s)?")
LAST_AFTER = pattern(r"is (?:my|the|our) (?:last name|surname|family name|sur name)")
FIRST_AFTER = pattern(r"is my (?:first|given) name")
BOTH = _WORDS.both
"""Words that are given names, too: they are none until a name was asked for."""
SIGNING = _WORDS.signing
SPEAKING_UP = _WORDS.speaking_up
SHUT = _WORDS.shut | {""}
ASKING = _WORDS.asking
PARTICLES = _WORDS.particles
TITLES = _WORDS.titles
INTRODUCING = _WORDS.introducing | TITLES
BOOKING_WORDS = _WORDS.booking_words
LONGEST, PAIR, HYPHENATED = 4, 2, 3
POSSESSIVE = re.compile("['’`´]s$")


SPEAKING = _WORDS.speaking

"""What is meant beyond doubt, whatever the classifier would say."""

from __future__ import annotations

import pytest

from nlu.intents import delexicalise, sure_intent, told_by_details
from nlu.reading.reader import read_message

CASES: list[tuple[str, str | None, str | None]] = [
    ("yes", "confirmation", "affirm"),
    ("Y", "confirmation", "affirm"),
    ("yes please!", "confirmation", "affirm"),
    ("ok", "confirmation", "affirm"),
    ("ok thanks", "confirmation", "affirm"),
    ("book it", "confirmation", "affirm"),
    ("please book that", "confirmation", "affirm"),
    ("don't book it", "confirmation", None),
    ("can you book it for friday", "confirmation", None),
    ("yes thanks", None, "affirm"),
    ("yes but 8", "confirmation", "affirm"),
    ("yes, but for 5 people", "confirmation", "affirm"),
    ("no", "confirmation", "deny"),
    ("nope", None, "deny"),
    ("no thanks", "confirmation", "deny"),
    ("no thanks", None, "thank"),
    ("great, thanks", None, "thank"),
    ("no, that will be all", None, "thank"),
    ("no, saturday", "confirmation", "inform"),
    ("actually 8", "time", "inform"),
    ("make that 5", "party_size", "inform"),
    ("8pm", "choice", "inform"),
    ("2", "choice", "choose"),
    ("the second one", "choice", "choose"),
    ("neither", "choice", "choose"),
    ("Bird Dog", "restaurant", "inform"),
    ("palo alto", "city", "inform"),
    ("italian", "cuisine", "inform"),
    ("italian in palo alto", None, "find"),
    ("Silas Willaert", "name", "inform"),
    ("+14155550132", "phone", "inform"),
    ("for 4 on friday at 7pm", None, "book"),
    ("for 4 on friday at 7pm", "time", "inform"),
    ("the one in boston", "choice", "choose"),
    ("is there a terrace", None, None),
    ("have a good one", None, None),
    ("maybe later", None, None),
    ("not today", None, None),
    ("can we make it 8 instead?", None, None),
    ("can we make it 8 instead?", "time", "inform"),
    ("Yes. Is there parking?", "confirmation", "ask"),
    ("That sounds right. Are the prices high there?", "confirmation", "ask"),
    ("Do you have parking?", None, "ask"),
    ("basil tramway: where is it?", None, "ask"),
    ("Basil Tramway: what are the prices like?", None, "ask"),
    ("I have a question about Bird Dog. Is there something for vegetarians?", None, "ask"),
    ("Do they have high chairs?", "date", "ask"),
    ("Can we sit outside?", "date", None),
    ("Is there a table outside?", None, None),
    ("Do you have outdoor tables for 4 tomorrow?", None, None),
    ("Can you book a table where it is quiet?", None, None),
    ("cancel my booking", None, None),
    ("cancel friday and book saturday instead", None, "change"),
    ("cancel it and book Basil Tramway at the same time instead", None, "change"),
    ("can you cancel that and get me a table on saturday at 8", None, "change"),
    ("cancel my booking and book me Basil Tramway for 4 tomorrow", None, "change"),
    ("cancel it, i booked by mistake", None, None),
    ("where is it btw", None, "ask"),
    ("oh and parking?", None, "ask"),
    ("where is it again", None, "ask"),
    ("cancel my reservation and rebook for same time next week", None, "change"),
    ("can u change the name to Gustav", None, "change"),
    ("can i change the name on my booking", None, "change"),
    ("put it under Maria instead", None, "change"),
    ("is the name on my booking correct", None, None),
    ("can you put the booking under my wifes name, Maria", None, "change"),
    ("put us down for 2 tomorrow at 7 under Maria", None, None),
    ("i booked for friday, cancel it", None, None),
    ("cancel the one at Basil Tramway", None, None),
    ("don't cancel, move it to 8pm", None, "change"),
    ("don't cancel it", None, "undo"),
    ("earlier please", None, "change"),
    ("the second one please", None, None),
    ("traffic, 10 minutes late", None, "human"),
    ("yes, under Rowan", "confirmation", "affirm"),
    ("sure, Fatima", "name", "inform"),
    ("something french", "cuisine", "inform"),
    ("never mind", "time", None),
    ("", None, None),
    ("...", "time", None),
]


@pytest.mark.parametrize(("text", "expecting", "intent"), CASES)
def test_what_leaves_no_doubt(text: str, expecting: str | None, intent: str | None) -> None:
    assert (
        sure_intent([word for word, _, _ in delexicalise(text, read_message(text, expecting=expecting))], expecting)
        == intent
    )


@pytest.mark.parametrize(
    ("text", "ranked", "confidence", "intent"),
    [
        ("please do put us on the 3rd", "ask", 0.3, "inform"),
        ("please do put us on the 3rd", "ask", 0.9, None),
        ("4 tomorrow at 8 bird dog", "out_of_scope", 0.9, "book"),
        ("4 tomorrow at 8 bird dog", "change", 0.4, "book"),
        ("2 on friday 7pm, name Gareth", "inform", 0.9, "book"),
        ("Would 7pm on Friday be possible for 2 at Bird Dog?", "change", 0.4, "book"),
        ("Would 7pm on Friday be possible for 2 at Bird Dog?", "change", 0.7, "book"),
        ("Would moving my table for 2 at Bird Dog on Friday to 7pm be possible?", "change", 0.7, None),
        ("Can 4 of us still move to Friday at 7pm at Bird Dog?", "change", 0.7, None),
        ("what a day", "chitchat", 0.2, None),
        ("is there parking on friday?", "find", 0.2, None),
    ],
)
def test_details_speak_where_the_classifier_is_unsure(
    text: str, ranked: str, confidence: float, intent: str | None
) -> None:
    assert told_by_details(read_message(text).view.words, ranked, confidence, None) == intent


def test_details_make_no_difference_to_the_classifier() -> None:
    def words(text: str) -> list[str]:
        return [word for word, _, _ in delexicalise(text, read_message(text))]

    assert words("Table for 4 at Marlowe's tmrw at 7") == words("table for six at Saffron Lane next friday at 20:15")


def test_delexicalised_words_keep_their_places() -> None:
    text = "  Table for four, please!"
    places = [text[start:end] for _, start, end in delexicalise(text, read_message(text))]
    assert places == ["Table", "for", "four", ",", "please", "!"]

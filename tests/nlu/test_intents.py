"""What plain messages are for, read by the trained model in the running service; and what the model looks at."""

from __future__ import annotations

import pytest

from nlu.features import delexicalise
from nlu.reading.reader import read_message
from tests.eval.reading import Reader
from tests.support.running import Stack

CASES: list[tuple[str, str | None, str]] = [
    ("yes", "confirmation", "affirm"),
    ("Y", "confirmation", "affirm"),
    ("yes please!", "confirmation", "affirm"),
    ("ok", "confirmation", "affirm"),
    ("ok thanks", "confirmation", "affirm"),
    ("book it", "confirmation", "affirm"),
    ("please book that", "confirmation", "affirm"),
    ("don't book it", "confirmation", "deny"),
    ("can you book it for friday", "confirmation", "book"),
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
    ("is there a terrace", None, "ask"),
    ("have a good one", None, "goodbye"),
    ("maybe later", None, "stop_booking"),
    ("not today", None, "stop_booking"),
    ("can we make it 8 instead?", None, "change"),
    ("can we make it 8 instead?", "time", "inform"),
    ("Yes. Is there parking?", "confirmation", "ask"),
    ("That sounds right. Are the prices high there?", "confirmation", "ask"),
    ("Do you have parking?", None, "ask"),
    ("basil tramway: where is it?", None, "ask"),
    ("Basil Tramway: what are the prices like?", None, "ask"),
    ("I have a question about Bird Dog. Is there something for vegetarians?", None, "ask"),
    ("Do they have high chairs?", "date", "ask"),
    ("Can we sit outside?", "date", "inform"),
    ("Do you have outdoor tables for 4 tomorrow?", None, "book"),
    ("cancel my booking", None, "cancel"),
    ("cancel friday and book saturday instead", None, "change"),
    ("cancel it and book Basil Tramway at the same time instead", None, "change"),
    ("can you cancel that and get me a table on saturday at 8", None, "change"),
    ("cancel my booking and book me Basil Tramway for 4 tomorrow", None, "change"),
    ("cancel it, i booked by mistake", None, "cancel"),
    ("where is it btw", None, "ask"),
    ("oh and parking?", None, "ask"),
    ("where is it again", None, "ask"),
    ("cancel my reservation and rebook for same time next week", None, "change"),
    ("can u change the name to Gustav", None, "change"),
    ("can i change the name on my booking", None, "change"),
    ("put it under Maria instead", None, "change"),
    ("is the name on my booking correct", None, "list_bookings"),
    ("can you put the booking under my wifes name, Maria", None, "change"),
    ("put us down for 2 tomorrow at 7 under Maria", None, "book"),
    ("i booked for friday, cancel it", None, "cancel"),
    ("cancel the one at Basil Tramway", None, "cancel"),
    ("don't cancel, move it to 8pm", None, "change"),
    ("don't cancel it", None, "undo"),
    ("earlier please", None, "change"),
    ("the second one please", None, "choose"),
    ("traffic, 10 minutes late", None, "human"),
    ("yes, under Rowan", "confirmation", "affirm"),
    ("sure, Fatima", "name", "inform"),
    ("something french", "cuisine", "inform"),
    ("never mind", "time", "stop_booking"),
    ("I don't know, whenever suits", "time", "inform"),
    ("idk whenever really", "time", "inform"),
    ("", None, "nlu_fallback"),
    ("...", "time", "nlu_fallback"),
    ("4 tomorrow at 8 bird dog", None, "book"),
    ("2 on friday 7pm, name Gareth", None, "book"),
    ("Would 7pm on Friday be possible for 2 at Bird Dog?", None, "book"),
    ("Would moving my table for 2 at Bird Dog on Friday to 7pm be possible?", None, "change"),
    ("Can 4 of us still move to Friday at 7pm at Bird Dog?", None, "change"),
    ("what a day", None, "chitchat"),
    ("is there parking on friday?", None, "ask"),
    ("quiero una mesa para dos personas", None, "other_language"),
]


@pytest.fixture(scope="module")
def reader(stack: Stack) -> Reader:
    """What reads texts by the running service."""
    return Reader(stack)


@pytest.mark.parametrize(("text", "expecting", "intent"), CASES)
def test_plain_messages_are_understood(reader: Reader, text: str, expecting: str | None, intent: str) -> None:
    assert reader.intent(text, expecting) == intent


def test_details_make_no_difference_to_the_model() -> None:
    def words(text: str) -> list[str]:
        return delexicalise(read_message(text))

    assert words("Table for 4 at Marlowe's tmrw at 7") == words("table for six at Saffron Lane next friday at 20:15")


def test_later_with_no_list_to_pick_from_is_a_shift() -> None:
    assert delexicalise(read_message("later please")) == ["<shift>", "please"]
    assert delexicalise(read_message("later please", expecting="choice")) == ["<choice>", "please"]

"""Twilio's webhooks: signatures, and one effect and one answer per message."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest

from tests.support import lookups, replies
from tests.support.phone import Phone, new_sid
from tests.support.running import Stack, wait_until

NewPhone = Callable[..., Phone]

REQUEST = "Table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima"
HELPFUL = re.compile(
    r"\btables?\b|\bbook|\bcancel|\brestaurant|\bhow many|\bwhich|\bpeople|\u0627\u0644\u0645\u0637\u0639\u0645|\u9910\u5385",
    re.IGNORECASE,
)
"""Words of a helpful answer: what we do or need to know; in Arabic and Chinese, the word for a restaurant."""


@pytest.mark.parametrize(
    ("body", "party"),
    [
        ("(1/2) table for 2 at Brasserie Tournesol friday at 7pm", "2 people"),
        ("1/2) table for 3 at Brasserie Tournesol friday at 7pm", "3 people"),
        ("table for 4 at Brasserie Tournesol friday at 7pm (2/2)", "4 people"),
        ("table for 2 at Bra\u200bsserie Tour\u00adnesol\u200f friday at 7pm", "2 people"),
    ],
)
def test_what_phones_put_into_a_text_is_no_part_of_it(phone: Phone, body: str, party: str) -> None:
    [answer] = phone.text(body)
    assert "Brasserie Tournesol, Fri" in answer
    assert party in answer


@pytest.mark.parametrize(
    "signature", ["", "no signature at all", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "\u00e4\u00f6\u00fc"], ids=repr
)
def test_a_forged_signature_is_refused_and_nothing_is_stored(phone: Phone, stack: Stack, signature: str) -> None:
    form = phone.form(REQUEST)
    assert phone.post(form, signature=signature).status_code == 403
    assert lookups.inbound(stack.database, phone.number) == []
    assert lookups.seatings(stack.database, phone.number) == []
    known = lookups.rows(stack.database, "SELECT 1 FROM conversation WHERE phone = :phone", phone=phone.number)
    assert known == []


def test_a_signature_is_good_for_its_own_fields_only(phone: Phone, stack: Stack) -> None:
    from twilio.request_validator import RequestValidator

    url = f"{stack.public_url}/webhooks/twilio/sms"
    genuine = RequestValidator(stack.auth_token).compute_signature(url, phone.form("hello", sid="SM1"))
    assert phone.post(phone.form(REQUEST, sid="SM1"), signature=genuine).status_code == 403
    assert lookups.inbound(stack.database, phone.number) == []


@pytest.mark.parametrize("field", ["MessageSid", "From", "To"])
@pytest.mark.parametrize("value", [None, "", " \0 ", "x" * 65])
def test_a_webhook_without_what_a_message_needs_is_a_bad_request(phone: Phone, field: str, value: str | None) -> None:
    form = phone.form("hello")
    if value is None:
        del form[field]
    else:
        form[field] = value
    assert phone.post(form).status_code == 400


def test_the_same_message_again_gets_the_same_answer_and_has_no_second_effect(phone: Phone, stack: Stack) -> None:
    phone.say(REQUEST)
    sid = new_sid()
    first = phone.text("Y", sid)
    assert replies.CODE.search(first[0]), first
    assert phone.text("Y", sid) == first
    assert phone.text("Y", sid) == first
    assert len([row for row in lookups.inbound(stack.database, phone.number) if row.sid == sid]) == 1
    assert len([row for row in lookups.outbound(stack.database, phone.number) if row.reply_to == sid]) == 1
    assert phone.booking().status == "confirmed"


def test_eight_deliveries_at_once_are_one_message(new_phone: NewPhone, stack: Stack) -> None:
    phone = new_phone()
    sid = new_sid()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: phone.text(REQUEST, sid), range(8)))
    assert len(_but_promises(answers)) <= 1, answers
    wait_until(lambda: lookups.seatings(stack.database, phone.number), "a table is held")
    assert len(lookups.inbound(stack.database, phone.number)) == 1
    assert len(lookups.seatings(stack.database, phone.number)) == 1
    wait_until(lambda: _answers_to(stack, phone), "it is answered")
    assert len(_answers_to(stack, phone)) == 1

    confirming = new_sid()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: phone.text("Y", confirming), range(8)))
    assert len(_but_promises(answers)) <= 1, answers
    wait_until(lambda: phone.booking().status == "confirmed", "the table is booked")


def _answers_to(stack: Stack, phone: Phone) -> list[str]:
    """Return what a phone was answered, but for promises."""
    return [row.text for row in lookups.outbound(stack.database, phone.number) if not row.payload.get("promised")]


def _but_promises(answers: list[list[str]]) -> set[str]:
    """Return the answers, each once; who waits too long for the one that is at work, on a busy machine, is promised it."""
    return {text for answer in answers for text in answer if not text.startswith(replies.PROMISE)}


def test_two_messages_of_one_diner_at_the_same_moment_are_both_answered_in_order(phone: Phone, stack: Stack) -> None:
    phone.say("hello")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(phone.text, "Table for 2 at Brasserie Tournesol tomorrow at 6pm")
        second = pool.submit(phone.text, "what can you do?")
        heard = [*first.result(), *second.result()]
    # The message handled last may carry both answers, in one text.
    assert all(words in " ".join(heard) for words in ("I book, move and cancel tables", "Brasserie Tournesol, Thu")), (
        heard
    )
    came_in = [row.sid for row in lookups.inbound(stack.database, phone.number)]
    answered = [row.reply_to for row in lookups.outbound(stack.database, phone.number)]
    assert list(dict.fromkeys(answered)) == came_in


def test_two_phones_do_not_wait_for_each_other_and_do_not_see_each_other(new_phone: NewPhone) -> None:
    phones = [new_phone() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda phone: phone.say(REQUEST), phones))
        list(pool.map(lambda phone: phone.say("Y"), phones))
    assert [phone.booking().status for phone in phones] == ["confirmed"] * 4
    shown = [replies.CODE.findall(phone.say("what have I booked?")) for phone in phones]
    assert len({codes[0] for codes in shown}) == 4
    assert all(len(codes) == 1 for codes in shown)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("   \n\t ", id="blank"),
        pytest.param("\U0001f600\U0001f37d\ufe0f\U0001f389", id="only emoji"),
        pytest.param("a" * 1600, id="1600 characters"),
        pytest.param("table for 4 tomorrow " * 76, id="1600 characters of sense"),
        pytest.param("4 " * 800, id="800 numbers"),
        pytest.param("x" * 100_000, id="100 kB"),
        pytest.param("table\0for\x01two\x1b[31m\x7f\x85", id="NUL and control characters"),
        pytest.param(
            "\u202eelbat\u202c \u05e9\u05d5\u05dc\u05d7\u05df \u0644\u0627\u062b\u0646\u064a\u0646", id="right to left"
        ),
        pytest.param("\u4eca\u665a\u516b\u70b9\u56db\u4e2a\u4eba\u7684\u684c\u5b50", id="Chinese"),
        pytest.param("Une table pour quatre demain soir \u00e0 20 h, s'il vous pla\u00eet", id="French"),
        pytest.param("/restart", id="a command of Rasa's"),
        pytest.param('/book{"party_size": 4}', id="an intent of Rasa's"),
        pytest.param("/", id="a slash"),
        pytest.param("{restaurant} {0} {} %s %(x)s", id="blanks"),
        pytest.param("'; DROP TABLE reservation; --", id="SQL"),
        pytest.param("<script>alert(1)</script><b>&amp;", id="HTML"),
        pytest.param("]]></Message><Message>free", id="XML"),
        pytest.param("\ud83d table", id="half a character"),
        pytest.param(
            "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349" * 40, id="zalgo"
        ),
        pytest.param("\u200b\u200d\ufeff", id="nothing to see"),
        pytest.param("9" * 400, id="a very large number"),
        pytest.param("for 99999999999999999999 people on 31/31/9999 at 99:99", id="impossible details"),
    ],
)
def test_whatever_is_texted_gets_an_answer_that_helps(phone: Phone, stack: Stack, body: str) -> None:
    sid = new_sid()
    body = body.encode("utf-8", "replace").decode()
    answers = phone.text(body, sid)
    assert len(answers) == 1
    assert not answers[0].startswith(replies.PROMISE), "it must not take Rasa down"
    assert "could not deal with" not in answers[0]
    assert HELPFUL.search(answers[0]), answers
    assert "<script>" not in answers[0]
    assert phone.text(body, sid) == answers
    assert lookups.bookings(stack.database, phone.number) == []
    assert "booked" in phone.say("what have I booked?") or "upcoming booking" in phone.said[-1][1]


def test_a_picture_without_words_is_told_what_to_do_instead(phone: Phone) -> None:
    assert "pictures" in phone.text("", media=1)[0]


def test_a_picture_with_words_is_taken_by_its_words(phone: Phone) -> None:
    answer = phone.text("table for 2 at Brasserie Tournesol tomorrow at 6pm", media=2)[0]
    assert "Brasserie Tournesol" in answer


def test_what_cannot_be_a_count_of_pictures_is_none(phone: Phone) -> None:
    assert len(phone.text("hello", NumMedia="many")) == 1


def test_twiml_is_said_to_be_xml(phone: Phone) -> None:
    response = phone.post(phone.form("hello & <good> evening"))
    assert response.headers["Content-Type"].startswith("text/xml")
    assert ElementTree.fromstring(response.text).tag == "Response"


def test_stop_ends_all_texts_until_start(phone: Phone, stack: Stack) -> None:
    for word in ("STOP", "stop.", "Unsubscribe", "CANCEL", "end", "quit", "revoke", "optout", "STOPALL"):
        answers = phone.text(word)
        assert len(answers) == 1, f"{word}: {answers}"
        assert "START" in answers[0]
        assert _is_opted_out(stack, phone), word
        assert len(phone.text("start")) == 1
        assert not _is_opted_out(stack, phone)


def test_a_bare_cancel_does_not_cancel_a_booking(phone: Phone) -> None:
    phone.say(REQUEST)
    phone.say("Y")
    phone.text("CANCEL")
    assert phone.booking().status == "confirmed"


def test_twilios_own_verdict_on_opt_outs_is_believed(phone: Phone, stack: Stack) -> None:
    phone.text("arr\u00eat", OptOutType="STOP")
    assert _is_opted_out(stack, phone)
    phone.text("d\u00e9but", OptOutType="START")
    assert not _is_opted_out(stack, phone)


def test_a_sentence_with_such_a_word_is_no_opt_out(phone: Phone, stack: Stack) -> None:
    for sentence in ("can you stop by the kitchen?", "start at 7pm", "cancel my booking", "the end of the month"):
        phone.text(sentence)
        assert not _is_opted_out(stack, phone), sentence


def test_help_is_answered_with_what_can_be_done(phone: Phone) -> None:
    for word in ("HELP", "help", "info"):
        assert re.search("book|table", phone.text(word)[0]), word
    assert len(phone.text("HELP", OptOutType="HELP")) <= 1


def test_delivery_callbacks_are_counted_once_for_each_sid_and_status(phone: Phone, stack: Stack) -> None:
    sid = new_sid()
    for state in ("sent", "sent", "delivered", "sent", "delivered"):
        form = {"MessageSid": sid, "MessageStatus": state, "To": phone.number, "From": stack.sms_number}
        assert phone.post(form, path="status").status_code == 204
    known = lookups.rows(stack.database, "SELECT status FROM delivery WHERE provider_sid = :sid", sid=sid)
    assert sorted(row.status for row in known) == ["delivered", "sent"]


def test_a_failed_delivery_keeps_its_error(phone: Phone, stack: Stack) -> None:
    sid = new_sid()
    phone.post({"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "30003"}, path="status")
    known = lookups.rows(stack.database, "SELECT * FROM delivery WHERE provider_sid = :sid", sid=sid)
    assert [(row.status, row.error_code) for row in known] == [("undelivered", "30003")]


def test_a_forged_delivery_callback_is_refused(phone: Phone, stack: Stack) -> None:
    sid = new_sid()
    form = {"MessageSid": sid, "MessageStatus": "delivered"}
    assert phone.post(form, path="status", signature="forged").status_code == 403
    assert lookups.rows(stack.database, "SELECT 1 FROM delivery WHERE provider_sid = :sid", sid=sid) == []


def _is_opted_out(stack: Stack, phone: Phone) -> bool:
    query = "SELECT opted_out FROM conversation WHERE phone = :phone"
    return bool(lookups.rows(stack.database, query, phone=phone.number)[0].opted_out)


def test_who_texts_from_what_is_no_phone_shows_one_before_it_is_booked_under(new_phone: NewPhone, phone: Phone) -> None:
    gateway = new_phone(number="22395")
    [asked] = gateway.text(REQUEST)
    assert "number" in asked
    gateway.text(phone.number)
    assert lookups.bookings(gateway.stack.database, phone.number) == [], "anybody may name a number"
    gateway.text("Y")
    gateway.text("000000")
    assert lookups.bookings(gateway.stack.database, phone.number) == []
    gateway.text(phone.wait_for_code())
    assert [booked.name for booked in lookups.bookings(gateway.stack.database, phone.number)] == ["Ana Lima"]

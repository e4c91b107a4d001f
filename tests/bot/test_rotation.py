"""Several processes of a service take turns, and what does not answer comes last for a while."""

from __future__ import annotations

from bot.rotation import Rotation


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_another_one_comes_first_each_time() -> None:
    rotation = Rotation(["a", "b", "c"])
    assert [rotation.in_turn() for _ in range(4)] == [list(order) for order in ("abc", "bca", "cab", "abc")]


def test_one_that_does_not_answer_comes_last_and_is_tried_again_later() -> None:
    watch = Watch()
    rotation = Rotation(["a", "b"], now=watch)
    rotation.leave_out("a")
    assert [rotation.in_turn()[0] for _ in range(4)] == ["b"] * 4
    assert sorted(rotation.in_turn()) == ["a", "b"], "with nobody else left it is asked all the same"
    watch.seconds += 5.1
    assert {rotation.in_turn()[0] for _ in range(2)} == {"a", "b"}

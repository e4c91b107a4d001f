"""A turn that fails in the middle must leave no trace in the tracker."""


class TurnFailed(BaseException):
    """Something a turn needs has failed, so the turn must not be saved.

    Rasa swallows every ``Exception`` of an action or a tracker store and carries on with the events lost; not being one,
    this passes through to our channel, before the tracker is saved.
    """

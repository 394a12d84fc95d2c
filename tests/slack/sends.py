"""Rounds of what is sent to Slack, and what then stands there."""

import time
from dataclasses import dataclass
from datetime import timedelta

from opsportal import clock
from opsportal.live.hints import broker
from opsportal.models import Notice, SlackMessage
from opsportal.slack import bucket, calls, notices, projecting
from sandbox.slack.process import Slack

QUICK = 0.05  # seconds in which the budget of each call is there again


@dataclass
class Sends:
    slack: Slack

    def channel(self, name="ops"):
        return next(each["id"] for each in self.slack.workspace()["channels"] if each["name"] == name)

    def round(self):
        """What is due is sent, with a call for each channel; how many messages."""
        time.sleep(QUICK)
        SlackMessage.objects.filter(due_at__isnull=False).update(due_at=clock.now() - timedelta(seconds=1))
        Notice.objects.filter(due_at__isnull=False).update(due_at=clock.now() - timedelta(seconds=1))
        return projecting.round_of(clock.now()) + notices.round_of(clock.now())

    def all(self, most=40):
        """Rounds until there is nothing to send any more."""
        for _round in range(most):
            sent = self.round()
            if not sent and not SlackMessage.objects.filter(projecting.UNTOLD, due_at__isnull=False).exists():
                return
        raise AssertionError("it never came to an end")

    def away(self):
        """A round in which Slack is not reached."""
        try:
            self.round()
        except calls.Away as away:
            return str(away)
        raise AssertionError("Slack was there")

    def readable(self):
        """Whatever was read, the budget is there again."""
        broker().delete(bucket.key("conversations.history", ""))

    def messages(self, name="ops"):
        """What stands in the channel, without threads, the first one first."""
        return [each for each in self.shown(name) if not each["is_reply"]]

    def thread(self, ts, name="ops"):
        return [each for each in self.shown(name) if each["is_reply"] and each["thread_ts"] == ts]

    def shown(self, name):
        channels = self.slack.workspace()["channels"]
        return next(each["messages"] for each in channels if each["name"] == name)

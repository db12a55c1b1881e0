"""What is being measured, since when, and about how much longer it takes."""
import sys
import time

# What an area may take, in seconds, by size: all together less than 6 and 70 minutes on two cores. Others: as micro.
BUDGET = {
    'http': {'quick': 60, 'default': 300, 'full': 9.5 * 60},
    'passwords': {'quick': 38, 'default': 220, 'full': 8 * 60},
    'tokens': {'quick': 55, 'default': 210, 'full': 8 * 60},
    'storage': {'quick': 55, 'default': 480, 'full': 15 * 60},
    'peers': {'quick': 125, 'default': 480, 'full': 23 * 60},
    'micro': {'quick': 18, 'default': 90, 'full': 3 * 60},
}


def budget(area, size):
    return BUDGET.get(area, BUDGET['micro'])[size]


def clock(seconds):
    minutes, seconds = divmod(int(round(seconds)), 60)
    return f'{minutes}:{seconds:02}'


class Progress:
    """Time gone, and what the steps that are left are expected to take."""

    def __init__(self, now=time.monotonic):
        self._now = now
        self._began = now()
        self._left = {}          # step: seconds expected
        self._expected = self._took = 0.0  # of the steps that are over
        self._current = None     # step
        self._current_began = 0.0

    def expect(self, steps):
        """steps: {step: seconds}, in any order"""
        self._left |= steps

    def begin(self, step):
        self._current, self._current_began = step, self._now()
        self._left.setdefault(step, 0)

    def end(self):
        """-> the seconds that it took"""
        took = self._now() - self._current_began
        self._expected += self._left.pop(self._current, 0)
        self._took += took
        self._current = None
        return took

    def pace(self):
        """How much slower than expected it goes, on a busy machine; never taken for much from a few seconds."""
        return (self._took + 30) / (self._expected + 30)

    def left(self):
        """A step that takes longer than expected is about to end."""
        gone = self._now() - self._current_began if self._current is not None else 0
        return sum(max(seconds * self.pace() - gone, 0) if step == self._current else seconds * self.pace()
                   for step, seconds in self._left.items())

    def text(self):
        gone = clock(self._now() - self._began)
        return f'{gone}, about {clock(self.left())} left' if self._left else gone


shared = Progress()


def say(text):
    """A line of progress, with the time."""
    print(f'[{shared.text()}] {text}', file=sys.stderr, flush=True)


def expectations(area, size, names, recorded):
    """{(area, name): seconds}: shares of the area's budget, as the recorded {name: seconds} were, else equal ones."""
    known = [recorded[n] for n in names if recorded.get(n)]
    usual = sum(known) / len(known) if known else 1
    weights = {n: recorded.get(n) or usual for n in names}
    return {(area, n): budget(area, size) * w / sum(weights.values()) for n, w in weights.items()}

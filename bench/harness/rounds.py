"""Things that are measured in turn, so that what else the machine does hits all of them."""
import dataclasses
import statistics

from harness.report import Figure
from harness.run import say, valid


@dataclasses.dataclass
class Spread:
    """Of one number over the rounds."""
    median: float
    least: float
    most: float

    def text(self, digits=2):
        return f'{self.median:,.{digits}f}', f'{self.least:,.{digits}f}–{self.most:,.{digits}f}'

    def times(self, factor):
        return Spread(self.median * factor, self.least * factor, self.most * factor)


def figure(name, seen, *arguments, **more):
    """A Figure of a Spread."""
    return Figure(name, seen.median, *arguments, low=seen.least, high=seen.most, **more)


def spread(values):
    values = list(values)
    return Spread(statistics.median(values), min(values), max(values))


def points(seen, number):
    """{x: results of each round} as a series of a plot; number(result) is its y."""
    spreads = ((x, spread(map(number, results))) for x, results in seen.items())
    return [(x, s.median, s.least, s.most) for x, s in spreads]


def rotated(things, round_number):
    """In the order of this round: another one first each time."""
    first = round_number % len(things)
    return things[first:] + things[:first]


def interleave(measures, rounds, told):
    """measures: {name: function}. told(result) -> what progress says. -> {name: [result of each round]}"""
    seen = {name: [] for name in measures}
    for n in range(rounds):
        for name, measure in rotated(list(measures.items()), n):
            result = valid(name, measure)
            seen[name].append(result)
            say(f'{n + 1}/{rounds} {name}: {told(result)}')
    return seen


def ratios(seen, name, base, number):
    """number(result) of one, in times that of the other in the same round."""
    return spread(number(a) / number(b) for a, b in zip(seen[name], seen[base]))

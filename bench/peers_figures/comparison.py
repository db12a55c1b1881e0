"""Results of a contest as a table, a plot and figures: each beside the floor, watchword and the best peer."""
from harness import servers
from harness.report import Plot, Table
from harness.rounds import figure, points, ratios, spread
from peers_figures.contest import FLOOR, PEER, WATCHWORD


class Comparison:
    """`seen`: what Contest.take_turns gives; `key`: the number in a result that is compared, the less the better."""

    def __init__(self, contest, seen, key, unit, divisor=1, digits=1):
        self._kinds = {s.name: s.kind for s in contest.servers}
        self.seen = {name: results for name, results in seen.items() if name in self._kinds}
        self._number = lambda result: result[key] / divisor
        self._unit, self._digits = unit, digits

    def costs(self, name):
        return spread(self._number(r) for r in self.seen[name])

    def times(self, name, base):
        """Ratios within rounds."""
        return ratios(self.seen, name, base, self._number)

    def best_peer(self):
        """None without any."""
        names = [name for name in self.seen if self._kinds[name] == PEER]
        return min(names, key=lambda name: self.costs(name).median, default=None)

    def has_floor(self):
        return self._kinds.get(servers.FLOOR) == FLOOR

    def figure_floor(self, what, at_most):
        return [figure(f'{what}, CPU, times the floor', self.times(WATCHWORD, servers.FLOOR), at_most=at_most)]

    def figure_best_peer(self, what, at_least):
        """What the best peer needs in times of watchword."""
        best = self.best_peer()
        if best is None:
            return []
        return [figure(f'{what}, CPU of the best peer, times watchword', self.times(best, WATCHWORD), at_least=at_least,
                       found=best)]

    def table(self, caption, more=()):
        """`more`: (column, function of a server's results -> text)"""
        columns = ['server', f'CPU {self._unit}', 'min–max', *(column for column, _ in more)]
        if self.has_floor():
            columns += ['times the floor', 'min–max']
        columns += ['times watchword', 'min–max']
        return Table(columns, [self._row(name, more) for name in self._sorted()], caption)

    def _sorted(self):
        return sorted(self.seen, key=lambda name: self.costs(name).median)

    def _row(self, name, more):
        row = [name, *self.costs(name).text(self._digits), *(text(self.seen[name]) for _, text in more)]
        if self.has_floor():
            row += self.times(name, servers.FLOOR).text()
        return row + list(self.times(name, WATCHWORD).text())

    def plot(self, title):
        """Bars, with the spread over the rounds."""
        bars = points({name: self.seen[name] for name in self._sorted()}, self._number)
        return Plot(title, 'bars', '', f'CPU {self._unit}', {self._unit: bars}, log_y=True)


def median_of(key, divisor=1, digits=0):
    """A column's text: the median over the rounds."""
    return lambda results: f'{spread(r[key] / divisor for r in results).median:,.{digits}f}'

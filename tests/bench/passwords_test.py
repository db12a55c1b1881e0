"""What is told of a storm, from reports that are made up."""
import dataclasses
import unittest

from harness import report
from harness.run import Void
from passwords_figures import phases, storm, storm_plots, storming

INTERVAL = 0.5


def told(answers, worst_us=1000, first=0.0, last=10.0):
    """A status with so many answers in each interval."""
    cells = [{'from': n * INTERVAL, 'answers': answers, 'p50': 10, 'p99': worst_us, 'max': worst_us}
             for n in range(round(first / INTERVAL), round(last / INTERVAL))]
    count = answers * len(cells)
    return {'answers': count, 'per_second': count / (last - first) if count else 0, 'over_time': cells,
            'latency_us': {'count': count, 'p50': 10, 'p90': 20, 'p99': worst_us, 'max': worst_us}}


def loaded(name, begin, failed=0, not_sent=0, **statuses):
    found = {status[1:]: each for status, each in statuses.items()}
    count = sum(each['answers'] for each in found.values())
    worst = max((each['latency_us']['p99'] for each in found.values()), default=0)
    kind = {'requests': count + failed, 'statuses': found, 'latency_us': {'count': count, 'p99': worst}}
    return {'classes': {name: kind}, 'failed': {'total': failed}, 'not_sent': not_sent, 'rate': 100.0,
            'measured_from': 1000.0 + begin, 'interval_seconds': INTERVAL}


def seen(polite, during=None, refused=True):
    """A storm of 10 s, of which the polite client says so."""
    storm_statuses = {'_201': told(50)} | ({'_503': told(900)} if refused else {})
    return phases.Seen(calm=loaded('check', -6, _200=told(250, 200, 0, 6)),
                       during=during or loaded('check', 0.3, _200=told(250, 300, 0, 9)),
                       after=loaded('check', 10, _200=told(250, 200, 0, 5)), storm=loaded('login', 0, **storm_statuses),
                       polite=polite, memory=[(t / 4, 20 if t < 0 else 60) for t in range(-20, 60)], highest_mib=40,
                       retry_after=[1, 2], ended=10.0)


class Recovery(unittest.TestCase):
    def test_nothing_was_ever_wrong(self):
        self.assertEqual(phases.normal_again(seen(loaded('login', 0, _201=told(2, last=15)))), 0)

    def test_refused_logins_and_slow_ones_are_not_normal(self):
        slow = told(2, 90_000, last=15)
        for cell in slow['over_time'][:23]:  # until 1.5 s after the storm
            cell['max'] = 900_000
        self.assertAlmostEqual(phases.normal_again(seen(loaded('login', 0, _201=slow))), 1.5)
        refused = loaded('login', 0, _201=told(2, first=11, last=15), _503=told(2, last=11))
        self.assertAlmostEqual(phases.normal_again(seen(refused)), 1)

    def test_it_may_not_come(self):
        self.assertIsNone(phases.normal_again(seen(loaded('login', 0, _503=told(2, last=15)))))
        self.assertIsNone(phases.normal_again(seen(loaded('login', 0, failed=60))))


class Shares(unittest.TestCase):
    def test_of_the_polite_client(self):
        self.assertEqual(phases.polite_share(seen(loaded('login', 0, _201=told(1, last=5), _503=told(1, last=5)))), 50)
        self.assertEqual(phases.polite_share(seen(loaded('login', 0, failed=10, _201=told(1, last=5)))), 50)
        self.assertEqual(phases.polite_share(seen(loaded('login', 0, not_sent=30, _201=told(1, last=5)))), 25)

    def test_of_token_checks(self):
        self.assertEqual(storming.unanswered_share(loaded('check', 0, failed=5, not_sent=5, _200=told(9, last=5))), 10)
        self.assertEqual(storming.unanswered_share(loaded('check', 0)), 100)

    def test_more_than_the_peak_cannot_be(self):
        logins = loaded('login', 0, _201=told(50))
        self.assertAlmostEqual(storming.goodput(logins, 100), 100)
        with self.assertRaises(Void):
            storming.goodput(logins, 50)


class OverTime(unittest.TestCase):
    def test_phases_stand_one_after_the_other(self):
        plot = storm_plots.checks({'watchword': seen(loaded('login', 0, _201=told(1, last=15)))})
        times = [x for x, _ in plot.series['watchword']]
        self.assertEqual(times, sorted(times))
        self.assertAlmostEqual(times[0], -6 + INTERVAL / 2)
        self.assertAlmostEqual(times[-1], 15 - INTERVAL / 2)

    def test_logins_are_those_of_all_clients(self):
        one = seen(loaded('login', 0, _201=told(1, last=15)))
        done = dict(storm_plots.logins('watchword', one, 1000).series['done'])
        self.assertAlmostEqual(done[0.25], 51 / INTERVAL)
        self.assertAlmostEqual(done[12.25], 1 / INTERVAL)


class Section(unittest.TestCase):
    def section(self, **servers):
        class Contest:
            @staticmethod
            def notes():
                return []

        gusts = {n: {'logins': loaded('login', 0, _201=told(50), _503=told(n)), 'highest_mib': 50 + n,
                     'checks': loaded('check', 0, _200=told(250))} for n in (1, 2)}
        return storm.section(Contest, 100, gusts, servers, 4, phases.Lengths(6, 10, 5, INTERVAL, 5))

    def test_of_all_there_is(self):
        calm = loaded('login', 0, _201=told(1, last=15))
        made = self.section(watchword=seen(calm), fastify=seen(loaded('login', 0, failed=60), refused=False,
                                                              during=loaded('check', 0.3, failed=4000)))
        text = report.markdown('T', {}, '', [made])
        for shown in ('| 10 | 1,000 | 100.0 | 100 % | 1,800.0 |', '| fastify | 100.0 | 0.0 |', '| not yet |', '100.0 % |',
                      '| highest RSS in a tenfold storm | 40.0 MiB |', 'times that before it | 1.50 |'):
            self.assertIn(shown, text)
        self.assertEqual([p.title for p in made.plots], ['Logins a second of Watchword', 'Logins a second of Fastify',
                                                         'p99 of token checks', 'Memory of all processes (RSS)'])
        self.assertEqual(made.data['seen']['watchword'], dataclasses.asdict(seen(calm)))

    def test_what_does_not_recover_misses_its_target(self):
        made = self.section(watchword=seen(loaded('login', 0, _503=told(1, last=15))))
        missed = [f.label() for f in made.figures if f.is_met() is False]
        self.assertEqual(missed, ['logins as fast as ever after a tenfold storm (not while it was measured)'])

    def test_watchword_alone(self):
        made = self.section(watchword=seen(loaded('login', 0, _201=told(1, last=15))))
        self.assertEqual(len(made.plots), 3)
        self.assertEqual([f.is_met() for f in made.figures].count(False), 0)


if __name__ == '__main__':
    unittest.main()

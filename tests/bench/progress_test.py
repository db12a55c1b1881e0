"""How much longer it takes."""
import unittest

from harness import progress
from harness.progress import Progress, clock, expectations
from harness.run import SIZES


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Time(unittest.TestCase):
    def test_what_is_left_gets_less(self):
        time = Clock()
        shown = Progress(time)
        shown.expect({'a': 60, 'b': 120})
        self.assertEqual(shown.text(), '0:00, about 3:00 left')
        shown.begin('a')
        time.now = 30
        self.assertEqual(shown.text(), '0:30, about 2:30 left')
        time.now = 60
        self.assertEqual(shown.end(), 60)
        self.assertEqual(shown.left(), 120)

    def test_a_slow_machine_is_noticed(self):
        time = Clock()
        shown = Progress(time)
        shown.expect({'a': 60, 'b': 60})
        shown.begin('a')
        time.now = 150
        self.assertEqual(shown.left(), 60)  # a must be about to end
        shown.end()
        self.assertEqual(shown.left(), 120)  # (150 + 30) / (60 + 30) times slower

    def test_nothing_is_left_at_the_end(self):
        shown = Progress(Clock())
        shown.begin('unexpected')
        shown.end()
        self.assertEqual(shown.text(), '0:00')

    def test_clock(self):
        self.assertEqual((clock(0), clock(59.6), clock(3601)), ('0:00', '1:00', '60:01'))


class Budget(unittest.TestCase):
    def test_all_areas_fit(self):
        for size, most in (('quick', 6 * 60), ('full', 70 * 60)):
            self.assertLess(sum(progress.budget(area, size) for area in progress.BUDGET), most)
        for size in SIZES:
            self.assertGreater(progress.budget('unknown', size), 0)

    def test_the_budget_is_shared_as_the_last_run_did(self):
        shares = expectations('http', 'quick', ['a', 'b', 'c'], {'a': 10, 'b': 30})
        self.assertAlmostEqual(sum(shares.values()), progress.budget('http', 'quick'))
        self.assertAlmostEqual(shares['http', 'b'], 3 * shares['http', 'a'])
        self.assertAlmostEqual(shares['http', 'c'], 2 * shares['http', 'a'])  # as long as the others on average

    def test_without_a_last_run_shares_are_equal(self):
        self.assertEqual(len(set(expectations('http', 'full', ['a', 'b'], {}).values())), 1)


if __name__ == '__main__':
    unittest.main()

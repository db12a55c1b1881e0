"""Where numbers lie on an axis."""
import unittest

from harness import axes


class Axes(unittest.TestCase):
    def test_linear_axis_holds_its_values_and_begins_at_zero(self):
        axis = axes.over([3, 17], 0, 100)
        self.assertEqual((axis.low, axis.high), (0, 20))
        self.assertEqual(axis.ticks(), [0, 5, 10, 15, 20])
        self.assertEqual((axis.at(0), axis.at(10), axis.at(20)), (0, 50, 100))

    def test_linear_axis_of_negative_values_reaches_zero(self):
        axis = axes.over([-3, -1], 0, 100)
        self.assertLessEqual(axis.low, -3)
        self.assertEqual(axis.high, 0)

    def test_logarithmic_axis_ends_at_round_numbers(self):
        axis = axes.over([16, 4096], 0, 100, log=True)
        self.assertEqual((axis.low, axis.high), (10, 5000))
        self.assertEqual([t for t in axis.ticks() if t in (10, 100, 1000)], [10, 100, 1000])
        self.assertAlmostEqual(axis.at(10), 0)
        self.assertAlmostEqual(axis.at(5000), 100)

    def test_logarithmic_axis_leaves_zeros_aside(self):
        axis = axes.over([0, -1, 3], 0, 100, log=True)
        self.assertGreater(axis.low, 0)
        self.assertFalse(axis.can_show(0))
        self.assertEqual(axis.at(0), 0)

    def test_nothing_one_value_and_no_numbers(self):
        for log in (False, True):
            for values in ([], [0], [7], [7, 7], [float('nan')], [float('inf'), None, 'x', True]):
                axis = axes.over(values, 0, 100, log)
                self.assertLess(axis.low, axis.high, values)
                self.assertTrue(0 <= axis.at(7) <= 100)
                self.assertTrue(axis.ticks(), values)

    def test_ticks_of_many_decades_are_few(self):
        self.assertLess(len(axes.over([1e-9, 1e12], 0, 100, log=True).ticks()), 12)

    def test_numbers_are_short(self):
        shown = {0: '0', 0.5: '0.5', 7.734: '7.73', 999.9: '1,000', 4096: '4,096', 10_000: '10 k', 123_456: '123 k',
                 1_000_000: '1 M', 2.5e9: '2.5 G', -3: '-3', 0.000123: '0.000123'}
        for value, text in shown.items():
            self.assertEqual(axes.short(value), text)


if __name__ == '__main__':
    unittest.main()

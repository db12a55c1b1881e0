#!/usr/bin/env python3
"""Runs the unit tests of bench/harness. Closes with "N passed, N failed"."""
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def main():
    sys.path.insert(0, str(HERE.parent.parent / 'bench'))
    tests = unittest.defaultTestLoader.discover(str(HERE), '*_test.py')
    result = unittest.TextTestRunner(sys.stdout).run(tests)
    failed = len(result.failures) + len(result.errors)
    print(f'{result.testsRun - failed} passed, {failed} failed')
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == '__main__':
    sys.exit(main())

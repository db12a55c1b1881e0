#!/usr/bin/env python3
"""Counts test cases, not programs: count.py REPORT prints "N passed, N failed" and exits 0 only if none failed.

REPORT is what `ctest --output-junit` wrote; it keeps what every program printed. A Boost.Test program closes with its
own count of cases; others, and those that run a list of cases inside, print plain lines "N passed, N failed". A
program that does neither counts as one case.
"""
import re
import sys
import xml.etree.ElementTree as xml

PLAIN = re.compile(r'^(\d+) passed, (\d+) failed$', re.M)
BOOST = re.compile(r'^ *(\d+) test cases? out of \d+ (passed|passed with warnings|failed)$', re.M)


def count(output, succeeded):
    """-> (passed, failed) of one program"""
    passed = failed = 0
    for p, f in PLAIN.findall(output):
        passed, failed = passed + int(p), failed + int(f)
    for n, verdict in BOOST.findall(output):
        if verdict == 'failed':
            failed += int(n)
        else:
            passed += int(n)
    if not succeeded and failed == 0:
        failed = 1  # it crashed, leaked or ran out of time
    if passed + failed == 0:
        passed = 1
    return passed, failed


def main():
    try:
        programs = xml.parse(sys.argv[1]).getroot().findall('testcase')
    except (OSError, xml.ParseError) as e:
        print(f'no test report: {e}', file=sys.stderr)
        programs = []
    passed = failed = 0
    for program in programs:
        p, f = count(program.findtext('system-out') or '', program.get('status') == 'run')
        passed, failed = passed + p, failed + f
        if f:
            print(f'FAILED: {program.get("name")} ({f})')
    if passed + failed == 0:
        failed = 1  # no test is no success
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

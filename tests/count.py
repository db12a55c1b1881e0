#!/usr/bin/env python3
"""Counts test cases, not programs: count.py REPORTS prints "N passed, N failed" and exits 0 only if none failed.

REPORTS holds ctest.xml, which keeps what every program printed. A Boost.Test program closes with its own count of
cases; a program of another kind closes with the plain line "N passed, N failed". One that does neither counts as one.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def count(output, ok):
    """-> (passed, failed) of one program"""
    plain = re.findall(r'^(\d+) passed, (\d+) failed$', output, re.M)
    passed = sum(int(p) for p, _ in plain)
    failed = sum(int(f) for _, f in plain)
    for kind in ('passed', 'failed', 'aborted'):
        for n in re.findall(rf'^\s*(\d+) test cases? out of \d+ {kind}$', output, re.M):
            if kind == 'passed':
                passed += int(n)
            elif kind == 'failed':
                failed += int(n)
    if passed + failed == 0:
        return (1, 0) if ok else (0, 1)
    if not ok and failed == 0:
        failed = 1  # it crashed, leaked or timed out after the last case
    return passed, failed


def main():
    report = pathlib.Path(sys.argv[1]) / 'ctest.xml'
    try:
        programs = xml.parse(report).getroot().findall('testcase')
    except (OSError, xml.ParseError) as e:
        print(f'no test report: {e}', file=sys.stderr)
        programs = []
    passed = failed = 0
    for program in programs:
        ok = program.get('status') == 'run'
        p, f = count(program.findtext('system-out') or '', ok)
        passed, failed = passed + p, failed + f
        if f:
            print(f'FAILED: {program.get("name")} ({f})')
    if not programs:
        failed = 1
    print(f'{passed} passed, {failed} failed')
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == '__main__':
    sys.exit(main())

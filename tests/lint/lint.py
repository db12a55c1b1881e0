#!/usr/bin/env python3
"""Checks the repository against tests/lint/rules.py: lint.py [ROOT]. Closes with "N passed, N failed", by rule."""
import pathlib
import sys

import rules
import sources


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent.parent)
    files = sources.read_all(root)
    if not rules.product(files):
        sys.exit(f'no sources under {root}')
    failed = 0
    for rule in rules.ERRORS:
        findings = list(rule(files))
        failed += bool(findings)
        print(f'{"FAILED" if findings else "ok"}: {rule.__name__.replace("_", " ")}', *findings, sep='\n  ')
    for rule in rules.WARNINGS:
        for finding in rule(files):
            print(f'warning: {finding}')
    print(f'{len(rules.ERRORS) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

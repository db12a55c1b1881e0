#!/usr/bin/env python3
"""Whether every address that a server acknowledged (watchword_load --ledger) belongs to one of its users."""
import argparse
import sqlite3
import sys

from harness import ledger


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     epilog='The exit code is 1 if something is lost, 2 if it cannot be told.')
    parser.add_argument('ledger')
    parser.add_argument('--class', dest='class_name', help='only the lines of this class')
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument('--sqlite', metavar='FILE', help="the server's database")
    where.add_argument('--list', metavar='PORT', type=int, help="the server's own list, GET /user")
    parser.add_argument('--token', help='for --list')
    given = parser.parse_args()
    if given.list and not given.token:
        parser.error('--list takes a --token')
    return given


def main():
    given = parse_arguments()
    try:
        values = ledger.acknowledged(given.ledger, given.class_name)
        existing = ledger.in_sqlite(given.sqlite) if given.sqlite else ledger.in_list(given.list, given.token)
    except (ValueError, OSError, sqlite3.Error) as problem:
        print(f'verify_ledger: {problem}', file=sys.stderr)
        return 2
    verdict = ledger.compare(values, existing)
    print(verdict.as_json())
    return 1 if verdict.lost else 0


if __name__ == '__main__':
    sys.exit(main())

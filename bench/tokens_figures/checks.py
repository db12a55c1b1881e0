"""Checks of access tokens in one process, by the clock: known ones, and new ones of each algorithm."""
from harness.report import Figure, Section, Table
from harness.rounds import spread
from harness.run import say, valid
from micro_figures import benchmarks

TITLE = 'Checks in one process'
LEAST_PER_SECOND = 1_000_000
KNOWN, TUTORIAL = 'bearer_check/known_of_many', 'token_check/known'
WORDS = {
    KNOWN: 'known: one of 1,024, among 1,000,000 users\' generations and 1,000,000 ended sessions',
    'bearer_check/known': 'known: one of 64, nothing revoked',
    TUTORIAL: 'the tutorial\'s, known',
    'jwt_verify/HS256': 'the tutorial\'s, new: signature and claims',
    'bearer_check/unknown': 'new: ES256, claims, revocations and the session in SQLite',
    **{f'access_token_verify/{a}': f'new: signature and claims, {a}' for a in ('HS256', 'ES256', 'EdDSA', 'RS256', 'PS256')},
}


def measure(run):
    rounds, seconds = run.pick((3, 0.05), (7, 0.2), (15, 0.3))
    say(f'{rounds} interleaved rounds')
    only = f'^({"|".join(WORDS)})/'
    seen = valid('micro_benchmarks', lambda: benchmarks.benchmarks(run, rounds, seconds, only))
    speeds = {name: spread(1e9 / ns for ns in seen[name]) for name in WORDS if name in seen}
    known = speeds[KNOWN]
    return Section(
        TITLE,
        method='`micro_benchmarks`: CPU time of the process for one check, so what one core does, by '
               '`accounts::bearer_tokens` and `accounts::token_checker` as a server has them, on one thread. A known token '
               'is one that the thread has checked before: it is compared as a whole, and whether it was revoked is looked '
               f'up. {rounds} rounds of {seconds} s in random order; median, least and most.',
        figures=[Figure('checks a second of a known token of /v1, one core', known.median, at_least=LEAST_PER_SECOND,
                        digits=0, low=known.least, high=known.most),
                 Figure('checks a second of a known token of the tutorial, one core', speeds[TUTORIAL].median, digits=0,
                        low=speeds[TUTORIAL].least, high=speeds[TUTORIAL].most)],
        tables=[Table(['token', 'checks a second', 'min–max', 'ns'],
                      [[WORDS[name], *speed.text(0), f'{1e9 / speed.median:,.0f}'] for name, speed in speeds.items()],
                      'One core')],
        data=seen)

"""Logins and sign-ups as classes of a load: the tutorial's forms."""
import itertools
import urllib.parse

from harness import client, load, made_users

numbers = itertools.count()


def logins(pairs, expect=(201,), name='login'):
    """`pairs`: (e-mail address, password)"""
    bodies = [urllib.parse.urlencode({'email': email, 'password': password}) for email, password in pairs]
    return load.request_class('/login', client.FORM, name=name, method='POST', bodies=bodies, expect=list(expect))


def logins_of(users, expect=(201,), name='login'):
    """`users`: made_users.User"""
    return logins([(u.email, made_users.PASSWORD) for u in users], expect, name)


def sign_ups(count, name='signup'):
    """People who were never here, with addresses in no order."""
    bodies = [urllib.parse.urlencode({'name': 'New', 'email': f'{n * 2654435761 % 2 ** 32:08x}.{n}@new.example',
                                      'password': 'a password'}) for n in itertools.islice(numbers, count)]
    return load.request_class('/signup', client.FORM, name=name, method='POST', bodies=bodies, expect=[201])

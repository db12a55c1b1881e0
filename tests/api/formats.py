"""The formats that the description names, judged here: jsonschema itself needs other packages for them."""
import datetime
import re

import jsonschema

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks('date-time')
def is_time(value):
    """RFC 3339, and as this API writes it: in UTC, to the second."""
    if not isinstance(value, str):
        return True
    if not re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', value, re.ASCII):
        return False
    try:
        datetime.datetime.strptime(value, '%Y-%m-%dT%H:%M:%SZ')
    except ValueError:
        return False
    return True


@FORMATS.checks('email')
def is_email(value):
    return not isinstance(value, str) or re.fullmatch(r'[^@\s]+@[^@\s]+', value) is not None

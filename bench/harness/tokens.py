"""The tutorial's access tokens, as the server makes them."""
import base64
import hashlib
import hmac

SECRET = 'a secret of thirty-two bytes and more'  # of servers that are given one


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=')


HEADER = base64url(b'{"alg":"HS256","typ":"JWT"}')


def issue(secret, public_id, expires):
    """`expires`: seconds since 1970."""
    signed = HEADER + b'.' + base64url(b'{"public_id":"%s","exp":%d}' % (public_id.encode(), expires))
    mac = hmac.digest(secret.encode(), signed, hashlib.sha256)
    return (signed + b'.' + base64url(mac)).decode()

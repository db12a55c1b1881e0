"""How gunicorn runs the tutorial; PORT and WORKERS come from the environment."""
import os

bind = '127.0.0.1:' + os.environ['PORT']
workers = int(os.environ['WORKERS'])
worker_class = 'gthread'  # its connections stay open, and a request costs no more than with sync workers
threads = 1
keepalive = 75
worker_connections = 20000
preload_app = True
graceful_timeout = 3
loglevel = 'warning'

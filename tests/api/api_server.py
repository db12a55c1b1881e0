"""A server of the test's own: a temporary directory, a free port, hashing made cheap and nobody slowed down."""
import json
import pathlib
import re
import subprocess
import tempfile
import threading
import time

READY = re.compile(r'ready .*?listen=(127\.0\.0\.1:\d+)')
TOKEN = re.compile(r'setup[#?]token=([\w-]+)')


class Server:
    def __init__(self, binary, database=None, others=(), patience=60):
        self.directory = tempfile.TemporaryDirectory(prefix='watchword-api-')
        here = pathlib.Path(self.directory.name)
        self.client = self.register(binary, here / 'clients.json')
        self.secret = here / 'secret'
        self.secret.write_text('of a test, which has nothing to hide\n', encoding='ascii')
        settings = ['passwords.memory_kib=8', 'passwords.passes=1', 'limits.enabled=false', 'limits.account_failures=0',
                    'tokens.access_lifetime=1d', 'tokens.lifetime=1d', 'log.format=text', 'log.level=info',
                    f'clients.file={here / "clients.json"}', f'secret.file={self.secret}', *others]
        command = [binary, 'serve', '--listen', '127.0.0.1:0', '--database', database or f'sqlite:{here / "api.db"}']
        for each in settings:
            command += ['--set', each]
        self.said, self.told = '', threading.Condition()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self.listen, daemon=True).start()
        self.base = 'http://' + self.wait_for(READY, patience)
        self.setup_token = self.wait_for(TOKEN, patience)

    @staticmethod
    def register(binary, file):
        made = json.loads(subprocess.run([binary, 'client', 'new', '--json', 'tester'], check=True, text=True,
                                         stdout=subprocess.PIPE).stdout)
        file.write_text(json.dumps([made['entry']]), encoding='utf-8')
        return made['client_id'], made['client_secret']

    def listen(self):
        for line in self.process.stdout:
            with self.told:
                self.said += line
                self.told.notify_all()
        with self.told:
            self.told.notify_all()

    def wait_for(self, pattern, patience):
        until = time.monotonic() + patience
        with self.told:
            while True:
                found = pattern.search(self.said)
                if found:
                    return found.group(1)
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f'the server is not ready:\n{self.said}')
                self.told.wait(0.2)

    def errors(self):
        """Lines of its log that nothing sent from outside may cause."""
        return [line for line in self.said.splitlines() if re.match(r'\S+ (error|critical)\b', line)]

    def stop(self):
        """-> what is wrong with how it ended; None: nothing"""
        self.process.terminate()
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = 'none, a minute after SIGTERM'
        self.directory.cleanup()
        return None if status == 0 else f'the server ended with {status}:\n{self.said[-3000:]}'

"""tests/deploy/config_test.py BINARY: config/container, config/kubernetes and config/systemd, as far as reading tells:
what matters in each file is there, and systemd says how exposed the service is. The last line counts."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = ROOT / 'config'
UNIT = CONFIG / 'systemd' / 'watchword.service'
MOST_EXPOSED = 1.6  # of 10, as `systemd-analyze security` counts: two below what it calls OK
BINARY = ''


def read(name):
    return list(yaml.safe_load_all((CONFIG / name).read_text(encoding='utf-8')))


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def milliseconds(text):
    """Of "40s", "30s"."""
    number, unit = re.fullmatch(r'(\d+)(ms|s|m)', text).groups()
    return int(number) * {'ms': 1, 's': 1000, 'm': 60_000}[unit]


def drain_timeout():
    shown = run(BINARY, 'config', 'show').stdout
    return milliseconds(re.search(r'^server\.drain_timeout +"(\w+)"', shown, re.M)[1])


def known_variables():
    names = set(re.findall(r'`(WATCHWORD_\w+)`', (CONFIG / 'reference.md').read_text(encoding='utf-8')))
    shown = json.loads(run(BINARY, 'config', 'show', '--json').stdout)
    names |= {'WATCHWORD_' + key.upper().replace('.', '_') for key in shown}
    return names | {name + '_FILE' for name in names} | {'PORT'}


class Container(unittest.TestCase):
    def test_compose_gives_the_service_no_more_than_it_needs(self):
        for name, servers in (('compose.yaml', ['watchword']), ('compose.postgres.yaml', ['watchword-1', 'watchword-2'])):
            services = read(f'container/{name}')[0]['services']
            for server in (services[each] for each in servers):
                self.assertIs(server['read_only'], True)
                self.assertEqual(server['cap_drop'], ['ALL'])
                self.assertEqual(server['security_opt'], ['no-new-privileges:true'])
                self.assertGreater(milliseconds(server['stop_grace_period']), drain_timeout())
                self.assertTrue((CONFIG / 'container' / server['build']['context'] / server['build']['dockerfile']).is_file())
                self.assertLessEqual(set(server.get('environment', {})), known_variables())

    def test_sqlite_has_one_volume(self):
        compose = read('container/compose.yaml')[0]
        self.assertEqual(compose['services']['watchword']['volumes'], ['data:/data'])
        self.assertEqual(list(compose['volumes']), ['data'])

    def test_secrets_of_two_servers_are_files(self):
        compose = read('container/compose.postgres.yaml')[0]
        for name, service in compose['services'].items():
            for variable, value in service.get('environment', {}).items():
                if re.search('PASSWORD|SECRET', variable):
                    self.assertTrue(variable.endswith('_FILE'), (name, variable))
                    self.assertIn(value.removeprefix('/run/secrets/'), service['secrets'])
        for name, secret in compose['secrets'].items():
            self.assertEqual(secret, {'file': f'secrets/{name}'})
        self.assertEqual(compose['services']['watchword-1'], compose['services']['watchword-2'])
        self.assertNotIn('ports', compose['services']['watchword-1'])

    def test_nginx_reads_its_file(self):
        nginx = shutil.which('nginx') or '/usr/sbin/nginx'
        with tempfile.TemporaryDirectory() as directory:
            text = (CONFIG / 'container' / 'nginx.conf').read_text(encoding='utf-8')
            text = re.sub(r'watchword-\d:5000', '127.0.0.1:5000', text).replace('/tmp/', directory + '/')
            path = pathlib.Path(directory) / 'nginx.conf'
            path.write_text(text, encoding='utf-8')
            done = run(nginx, '-t', '-c', str(path), '-p', directory)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_health_check_is_the_programs_own(self):
        text = (CONFIG / 'container' / 'Dockerfile').read_text(encoding='utf-8')
        self.assertRegex(text, r'HEALTHCHECK .*CMD \["/watchword", "healthcheck"\]')
        self.assertEqual(re.findall(r'^FROM (\S+)', text, re.M)[-1], 'scratch')
        for name in re.findall(r'\b(WATCHWORD_\w+)=', text):
            self.assertIn(name, known_variables())


class Kubernetes(unittest.TestCase):
    def setUp(self):
        self.parts = {name: {part['kind']: part for part in read(f'kubernetes/{name}.yaml')}
                      for name in ('postgresql', 'sqlite', 'secret.example')}
        self.pods = [self.parts['postgresql']['Deployment']['spec']['template']['spec'],
                     self.parts['sqlite']['StatefulSet']['spec']['template']['spec']]

    def test_pods_may_do_little(self):
        for pod in self.pods:
            self.assertIs(pod['securityContext']['runAsNonRoot'], True)
            self.assertEqual(pod['securityContext']['runAsUser'], 65532)
            self.assertEqual(pod['securityContext']['seccompProfile'], {'type': 'RuntimeDefault'})
            self.assertIs(pod['automountServiceAccountToken'], False)
            own = pod['containers'][0]['securityContext']
            self.assertEqual(own, {'allowPrivilegeEscalation': False, 'readOnlyRootFilesystem': True,
                                   'capabilities': {'drop': ['ALL']}})

    def test_probes_ask_what_they_are_for(self):
        for pod in self.pods:
            container = pod['containers'][0]
            self.assertEqual(container['livenessProbe']['httpGet']['path'], '/health/live')
            self.assertEqual(container['readinessProbe']['httpGet']['path'], '/health/ready')
            self.assertLess(container['lifecycle']['preStop']['sleep']['seconds'] * 1000 + drain_timeout(),
                            pod['terminationGracePeriodSeconds'] * 1000)
            self.assertIn('memory', container['resources']['limits'])
            self.assertIn('cpu', container['resources']['requests'])
            self.assertLessEqual({each['name'] for each in container['env']}, known_variables())

    def test_one_keeps_serving_while_nodes_are_emptied(self):
        parts = self.parts['postgresql']
        labels = parts['Deployment']['spec']['template']['metadata']['labels']
        self.assertEqual(parts['PodDisruptionBudget']['spec']['selector']['matchLabels'], labels)
        self.assertEqual(parts['Service']['spec']['selector'], labels)
        self.assertGreater(parts['Deployment']['spec']['replicas'], parts['PodDisruptionBudget']['spec']['minAvailable'])
        self.assertEqual(parts['Deployment']['spec']['strategy']['rollingUpdate']['maxUnavailable'], 0)

    def test_sqlite_has_one_writer_with_one_volume(self):
        spec = self.parts['sqlite']['StatefulSet']['spec']
        self.assertEqual(spec['replicas'], 1)
        self.assertEqual(spec['volumeClaimTemplates'][0]['spec']['accessModes'], ['ReadWriteOnce'])
        self.assertEqual(spec['serviceName'], self.parts['sqlite']['Service']['metadata']['name'])

    def test_secrets_are_files_that_the_secret_has(self):
        pod = self.pods[0]
        given = self.parts['secret.example']['Secret']['stringData']
        for each in pod['containers'][0]['env']:
            if re.search('SECRET|DATABASE', each['name']):
                self.assertTrue(each['name'].endswith('_FILE'))
                self.assertIn(each['value'].rsplit('/', 1)[1], given)
        self.assertEqual(pod['volumes'][0]['secret']['secretName'], self.parts['secret.example']['Secret']['metadata']['name'])


class Service(unittest.TestCase):
    def test_systemd_finds_it_little_exposed(self):
        done = run('systemd-analyze', 'security', '--offline=true', '--no-pager', str(UNIT))
        found = re.search(r'Overall exposure level for watchword\.service: ([\d.]+)', done.stdout)
        self.assertIsNotNone(found, done.stderr)
        print(found[0])
        self.assertLessEqual(float(found[1]), MOST_EXPOSED)

    def test_systemd_understands_it(self):
        with tempfile.TemporaryDirectory() as directory:
            unit = pathlib.Path(directory) / 'watchword.service'
            unit.write_text(UNIT.read_text(encoding='utf-8').replace('/usr/bin/watchword', BINARY), encoding='utf-8')
            done = run('systemd-analyze', 'verify', '--man=no', str(unit))
            ours = [line for line in done.stderr.splitlines() if 'watchword' in line]
            self.assertEqual((done.returncode, ours), (0, []))

    def test_its_settings_can_be_used(self):
        done = run(BINARY, 'config', 'check', '--config', str(CONFIG / 'systemd' / 'watchword.json'))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_is_stopped_after_it_has_drained(self):
        stop = re.search(r'^TimeoutStopSec=(\w+)$', UNIT.read_text(encoding='utf-8'), re.M)[1]
        self.assertGreater(milliseconds(stop), drain_timeout())

    def test_the_filter_lets_through_what_the_server_calls(self):
        called, log = system_calls_of_a_server()
        self.assertIn('listen', called, log)
        only_as_root = {'fchown'}  # by SQLite
        self.assertEqual(called - allowed_calls() - only_as_root, set())


def expand(name):
    """Of a set of system calls, as @system-service, or one call."""
    if not name.startswith('@'):
        return {name}
    lines = run('systemd-analyze', 'syscall-filter', name).stdout.splitlines()
    return set().union(*(expand(line.strip()) for line in lines[1:] if line.strip() and not line.strip().startswith('#')))


def allowed_calls():
    allowed = set()
    for line in re.findall(r'^SystemCallFilter=(.*)$', UNIT.read_text(encoding='utf-8'), re.M):
        calls = set().union(*(expand(each) for each in line.removeprefix('~').split()))
        allowed = allowed - calls if line.startswith('~') else allowed | calls
    return allowed


def system_calls_of_a_server():
    """Those of a start, a sign-up, a log-in and a stop; and what was logged."""
    with tempfile.TemporaryDirectory() as directory:
        log = pathlib.Path(directory) / 'calls'
        server = subprocess.Popen(
            ['strace', '-f', '-qq', '-o', str(log), BINARY, 'serve', '--listen', '127.0.0.1:0', '--database',
             f'sqlite:{directory}/watchword.db'], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        lines = []
        for line in server.stderr:
            lines.append(line)
            if '"ready"' in line:
                break
        address = re.search(r'"listen":"([^"]+)"', lines[-1])[1]
        form = ('-s', '-F', 'name=Ada', '-F', 'email=ada@example.test', '-F', 'password=nine slow herons')
        for path in ('signup', 'login'):
            run('curl', *form, f'http://{address}/{path}')
        child = int((pathlib.Path('/proc') / str(server.pid) / 'task' / str(server.pid) / 'children').read_text().split()[0])
        run('kill', '-TERM', str(child))
        lines.append(server.communicate()[1])
        return set(re.findall(r'^\d+ +([a-z]\w*)\(', log.read_text(errors='replace'), re.M)), ''.join(lines)


if __name__ == '__main__':
    BINARY = str(pathlib.Path(sys.argv.pop(1)).resolve())
    result = unittest.main(exit=False).result
    bad = len(result.failures) + len(result.errors)
    print(f'{result.testsRun - bad} passed, {bad} failed')
    sys.exit(bad != 0)

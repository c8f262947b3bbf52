/** systemd with broken units, and what systemctl says of them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Session } from '../../src/session/session.ts';
import { type } from '../robustness/lab.ts';

const state: { session?: Session } = {};
beforeAll(() => {
  state.session = new Session({ world: 'docker-host', seed: 1 });
  state.session.untilPrompt(60_000);
});

const sh = (line: string): string => type(state.session as Session, line).trim();
const path = '/etc/systemd/system/a.service';

/** Writes the unit, starts it; what systemctl said. */
function start(text: string): string {
  sh('systemctl stop a 2> /dev/null; systemctl reset-failed');
  sh(`printf '${text.replaceAll('\n', '\\n')}' > ${path}; systemctl daemon-reload`);
  return sh('systemctl start a; echo "=> $?"');
}
const journal = (lines = 6): string => sh(`journalctl -u a -n ${lines} -o cat`);

describe('a unit whose command cannot run', () => {
  test.each([
    ['ExecStart=/usr/bin/nope', 'a.service: Failed at step EXEC spawning /usr/bin/nope: No such file or directory', '203/EXEC'],
    ['User=nobodyelse\nExecStart=/bin/sleep 9', 'a.service: Failed at step USER spawning /bin/sleep: No such process', '217/USER'],
    ['WorkingDirectory=/nope\nExecStart=/bin/sleep 9', 'a.service: Failed at step CHDIR spawning /bin/sleep: No such file or directory', '200/CHDIR'],
  ])('%j', (text, says, status) => {
    expect(start(`[Service]\n${text}\n`)).toBe('=> 0');
    expect(journal()).toContain(says);
    expect(journal()).toContain(`a.service: Main process exited, code=exited, status=${status}`);
    expect(sh('systemctl status a')).toContain(`(code=exited, status=${status})`);
  });

  test.each([
    ['Type=notify\nTimeoutStartSec=3\nExecStart=/bin/sleep 99', 'a timeout was exceeded', 'start operation timed out. Terminating.'],
    ['Type=notify\nExecStart=/bin/true', 'the service did not take the steps required by its unit configuration', "Failed with result 'protocol'."],
    ['Type=oneshot\nExecStart=/bin/false', 'the control process exited with error code', 'Main process exited, code=exited, status=1/FAILURE'],
    ['ExecStartPre=/bin/false\nExecStart=/bin/sleep 9', 'the control process exited with error code', 'Control process exited, code=exited, status=1/FAILURE'],
    [
      'EnvironmentFile=/nope\nExecStart=/bin/sleep 9',
      'of unavailable resources or another system error',
      'Failed to load environment files: No such file or directory',
    ],
  ])('%j', (text, reason, says) => {
    expect(start(`[Service]\n${text}\n`)).toBe(
      `Job for a.service failed because ${reason}.\nSee "systemctl status a.service" and "journalctl -xeu a.service" for details.\n=> 1`,
    );
    expect(journal()).toContain(`a.service: ${says}`);
    expect(journal()).toContain('Failed to start a.service');
  });
});

describe('a file with mistakes', () => {
  test('what is not known is ignored, with its line', () => {
    expect(start('[Service]\nType=foo\nExecStart=/bin/sleep 99\nFoo=bar\n[Nope]\nx=y\n[Unit]\nbad line\n')).toBe('=> 0');
    expect(journal(9)).toContain(
      [
        `${path}:2: Failed to parse service type, ignoring: foo`,
        `${path}:4: Unknown key 'Foo' in section [Service], ignoring.`,
        `${path}:5: Unknown section 'Nope'. Ignoring.`,
        `${path}:8: Missing '=', ignoring line.`,
      ].join('\n'),
    );
  });

  test.each([
    ['[Service]\n', 'Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.'],
    [
      '[Service]\nExecStart=/bin/true\nExecStart=/bin/true\n',
      'Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.',
    ],
  ])('%j is refused', (text, says) => {
    expect(start(text)).toBe(
      "Failed to start a.service: Unit a.service has a bad unit file setting.\nSee system logs and 'systemctl status a.service' for details.\n=> 1",
    );
    expect(journal()).toContain(`a.service: ${says}`);
    expect(sh('systemctl show -p LoadState --value a')).toBe('bad-setting');
  });

  test('files that changed since they were read', () => {
    start('[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/echo one\n');
    expect(sh('systemctl is-active a')).toBe('active');
    expect(sh(`echo "# more" >> ${path}; systemctl restart a`)).toContain('changed on disk');
    expect(sh('systemctl show -p SubState,NeedDaemonReload a')).toBe('SubState=exited\nNeedDaemonReload=yes');
  });
});

test('mask, edit, a broken daemon.json', () => {
  expect(sh('systemctl mask docker; systemctl is-enabled docker')).toBe("Created symlink '/etc/systemd/system/docker.service' → '/dev/null'.\nmasked");
  expect(sh('systemctl stop docker; systemctl start docker')).toBe('Failed to start docker.service: Unit docker.service is masked.');
  sh('systemctl unmask docker');
  expect(sh('printf "[Service]\\nEnvironment=A=b\\n" | systemctl edit --stdin docker')).toContain('Successfully installed edited file');
  expect(sh('systemctl show -p Environment docker')).toBe('Environment=A=b');
  expect(sh('echo "{" > /etc/docker/daemon.json; systemctl start docker; echo "=> $?"')).toBe(
    'Job for docker.service failed because the control process exited with error code.\nSee "systemctl status docker.service" and "journalctl -xeu docker.service" for details.\n=> 1',
  );
  expect(sh('rm /etc/docker/daemon.json; systemctl reset-failed docker; systemctl restart docker; systemctl is-active docker')).toBe('active');
  expect(sh("su learner -c 'systemctl restart docker'")).toContain('Failed to restart docker.service: Interactive authentication required.');
});

test("System V's words, and what would take the machine down", () => {
  expect(sh('service docker stop; service docker status | grep Active; service nope start; service docker fly; echo "=> $?"')).toMatch(
    /^Active: inactive [^\n]*\nFailed to start nope.service: Unit nope.service not found.\ndocker: unrecognized service\n=> 1$/,
  );
  expect(sh('shutdown -h now; echo "=> $?"')).toBe('k8s-lab: shutdown is not simulated\n=> 70');
});

test('dockerd stops although containerd went first', () => {
  sh('systemctl start docker; docker run -d --name a busybox:1.36 sleep 1000; systemctl stop containerd docker; systemctl start containerd docker');
  expect(sh('systemctl is-active docker')).toBe('active');
});

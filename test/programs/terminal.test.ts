import { expect, test } from 'vitest';
import { type HttpResponse, type HttpServer, httpProtocol } from '../../src/linux/protocols.ts';
import { Tty } from '../../src/linux/tty.ts';
import type { Routine } from '../../src/sim/routine.ts';
import { Machine } from './node.ts';

/** What was written to the terminal so far. */
function written(tty: Tty): string {
  let out = '';
  for (let text = tty.output.take(); text !== undefined; text = tty.output.take()) out += text;
  return out;
}

test('vi edits, saves and gives the terminal back', () => {
  const machine = new Machine({ 'f.yaml': 'replicas: 1\nname: web\n' });
  const tty = new Tty('/dev/pts/0');
  const running = machine.start(['vi', 'f.yaml'], { tty });
  machine.sim.advance(10);
  expect(tty.mode).toBe('raw');
  for (const keys of ['$', 'r', '3', 'j', 'o', 'tier: front', '\x1b', 'yyp', 'ddu', '/name\r', 'A!', '\x1b', ':wq\r']) {
    tty.type(keys);
    machine.sim.advance(5);
  }
  expect(running.process.exitStatus).toBe(0);
  expect(tty.mode).toBe('cooked');
  expect(machine.init.fs.read('/work/f.yaml')).toBe('replicas: 3\nname: web!\ntier: front\ntier: front\n');
});

test('vi does not leave changes behind unless told', () => {
  const machine = new Machine({ f: 'a\n' });
  const tty = new Tty('/dev/pts/0');
  const running = machine.start(['vi', 'f'], { tty });
  machine.sim.advance(5);
  tty.type('x:q\r');
  machine.sim.advance(5);
  expect(written(tty)).toContain('E37: No write since last change');
  tty.type(':q!\r');
  machine.sim.advance(5);
  expect(running.process.exitStatus).toBe(0);
  expect(machine.init.fs.read('/work/f')).toBe('a\n');
});

test('vi does what its line says, in that order, before it asks for keys', () => {
  const machine = new Machine({ f: 'a\nb\nc\n' });
  const tty = new Tty('/dev/pts/0');
  const whole = machine.start(['vi', '-c', '%s/b/B/', '-c', ':wq', 'f'], { tty });
  machine.sim.advance(5);
  expect(whole.process.exitStatus).toBe(0);
  expect(machine.init.fs.read('/work/f')).toBe('a\nB\nc\n');
  for (const [where, left] of [
    ['+2', 'a\nc\n'],
    ['+', 'a\n'],
    ['+/a', ''],
  ]) {
    machine.start(['vi', where ?? '', 'f'], { tty });
    machine.sim.advance(5);
    tty.type('dd:wq\r');
    machine.sim.advance(5);
    expect(machine.init.fs.read('/work/f').trim()).toBe((left ?? '').trim());
  }
});

test('watch runs again and again on the virtual clock until Ctrl-C', () => {
  const machine = new Machine();
  const tty = new Tty('/dev/pts/0');
  const running = machine.start(['watch', '-x', '-n', '5', 'date'], { tty });
  machine.sim.advance(100);
  expect(written(tty)).toContain('Mon Jun  1 08:00:00 UTC 2026');
  machine.sim.advance(5000);
  expect(written(tty)).toContain('Mon Jun  1 08:00:05 UTC 2026');
  tty.type('\x03');
  machine.sim.advance(5);
  expect(running.process.exitStatus).toBe(130);
  expect(tty.mode).toBe('cooked');
});

test('less pages and searches', () => {
  const machine = new Machine({ long: Array.from({ length: 100 }, (_, i) => `line ${i + 1}\n`).join('') });
  const tty = new Tty('/dev/pts/0');
  const running = machine.start(['less', 'long'], { tty });
  machine.sim.advance(5);
  expect(written(tty)).toContain('line 23');
  tty.type('/line 70\r');
  machine.sim.advance(5);
  expect(written(tty)).toContain('line 92');
  tty.type('q');
  machine.sim.advance(5);
  expect(running.process.exitStatus).toBe(0);
});

test('curl speaks with what listens, and says what is wrong as curl does', () => {
  const machine = new Machine();
  const server: HttpServer = {
    *handle(request): Routine<HttpResponse> {
      if (request.path === '/slow') yield { timeout: 60_000 };
      return request.path === '/healthz'
        ? { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'ok' }
        : { status: 404, headers: {}, body: 'nope\n' };
    },
  };
  machine.kernel.host.network.listen({ transport: 'tcp', address: '0.0.0.0', port: 80, pid: 1, servers: new Map([[httpProtocol.name, server]]) });
  machine.kernel.host.network.listen({
    transport: 'tcp',
    address: '0.0.0.0',
    port: 6443,
    pid: 1,
    servers: new Map([[httpProtocol.name, { ...server, tls: true }]]),
  });
  expect(machine.run(['curl', '-s', 'localhost/healthz']).stdout).toBe('ok');
  expect(machine.run(['curl', '-sk', 'https://localhost:6443/healthz']).stdout).toBe('ok');
  expect(machine.run(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}\\n', 'http://127.0.0.1/x']).stdout).toBe('404\n');
  expect(machine.run(['curl', '-sf', 'localhost/x']).status).toBe(22);
  expect(machine.run(['curl', '-s', 'https://localhost:6443/']).status).toBe(60);
  expect(machine.run(['curl', '-sS', '-m', '2', 'localhost/slow'])).toMatchObject({
    status: 28,
    stderr: 'curl: (28) Operation timed out after 2000 milliseconds with 0 bytes received\n',
  });
  expect(machine.run(['curl', '-sS', 'localhost:81'])).toMatchObject({ status: 7 });
  expect(machine.run(['wget', '-qO-', 'localhost/healthz']).stdout).toBe('ok');
  expect(machine.run(['nc', '-zv', 'localhost', '80']).status).toBe(0);
});

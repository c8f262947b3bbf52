import { describe, expect, test } from 'vitest';
import { matchesCommand, parseCommand } from '../../src/grading/commands.ts';

const parse = (line: string): ReturnType<typeof parseCommand> => parseCommand('controlplane', line.split(' '), () => 0);

describe('a command is understood from its words', () => {
  test('tool, verb, resource, names, flags', () => {
    expect(parse('/usr/bin/kubectl -n shop get po/web -o wide')).toMatchObject({
      tool: 'kubectl',
      verb: 'get',
      resource: 'pods',
      names: ['web'],
      flags: { '-n': 'shop', '-o': 'wide' },
    });
    expect(parse('ctr -n k8s.io tasks ls')).toMatchObject({ tool: 'ctr', verb: 'tasks ls', flags: { '-n': 'k8s.io' } });
    expect(parse('kubectl exec web -- rm -rf /')).toMatchObject({ verb: 'exec', names: [] });
  });

  test('however a flag is written', () => {
    for (const line of [
      'get pods -n kube-system',
      'get pods -nkube-system',
      'get pods -n=kube-system',
      '--namespace kube-system get po',
      'get pods --namespace=kube-system',
    ])
      for (const flag of ['-n', '--namespace'])
        expect(matchesCommand({ tool: 'kubectl', verb: 'get', resource: 'pods', flags: { [flag]: 'kube-system' } }, parse(`kubectl ${line}`)), line).toBe(true);
    expect(parse('etcdctl --endpoints https://127.0.0.1:2379 --cacert ca.crt get / --rev=4')).toMatchObject({ verb: 'get', flags: { '--rev': '4' } });
    expect(parse('kubectl exec -it web -- sh').flags).toEqual({ '-it': true });
  });

  test('under whichever of its names', () => {
    const same = (verb: string, line: string) => matchesCommand({ tool: line.split(' ')[0] ?? '', verb }, parse(line));
    for (const line of ['docker ps', 'docker container ls', 'nerdctl container list -a']) expect(same('ps', line), line).toBe(true);
    for (const line of ['ctr -n moby c list', 'ctr container ls']) expect(same('containers ls', line), line).toBe(true);
    expect(same('container delete', 'ctr c rm x')).toBe(true);
    expect(same('images', 'crictl img')).toBe(true);
    const named = { tool: 'docker', verb: 'run', flags: { '--name': 'web' } };
    expect(
      ['docker run --name web nginx', 'docker run --name=web nginx', 'docker run --name shop web'].map((line) => matchesCommand(named, parse(line))),
    ).toEqual([true, true, false]);
  });

  test('crictl exec without a command only shows its help', () => {
    const into = { tool: 'crictl', verb: 'exec', status: 0 };
    expect(
      ['crictl exec env', 'crictl exec -it 1c2', 'crictl exec 1c2 env', 'crictl exec -it 1c2 sh'].map((line) => matchesCommand(into, parse(line))),
    ).toEqual([false, false, true, true]);
  });

  test('nothing, empty words, and words that JavaScript knows', () => {
    for (const argv of [
      [],
      [''],
      ['kubectl'],
      ['kubectl', ''],
      ['kubectl', '--'],
      ['kubectl', '-'],
      ['kubectl', '=', '/'],
      ['__proto__', 'constructor'],
      ['constructor', '--__proto__=x', 'toString'],
    ])
      expect(
        () =>
          matchesCommand(
            { tool: 'kubectl', verb: 'get', flags: { '--x': true } },
            parseCommand('n', argv, () => undefined),
          ),
        argv.join(' '),
      ).not.toThrow();
  });
});

test('what a pattern asks for', () => {
  const command = parse('kubectl get pods -o wide');
  expect(matchesCommand({ tool: 'kubectl', verb: ['get', 'describe'], resource: 'pod', flags: { '-o': 'wide' }, status: 0 }, command)).toBe(true);
  expect(matchesCommand({ tool: 'kubectl', at: '!controlplane' }, command)).toBe(false);
  expect(matchesCommand({ tool: 'kubectl', at: 'node01' }, command)).toBe(false);
  expect(matchesCommand({ tool: 'kubectl', status: 1 }, command)).toBe(false);
  expect(matchesCommand({ tool: 'crictl' }, command)).toBe(false);
  // Reading how it is done is not doing it.
  expect(matchesCommand({ tool: 'kubectl', verb: 'get' }, parse('kubectl get --help'))).toBe(false);
  expect(matchesCommand({ tool: 'kubectl', verb: 'get' }, parse('kubectl get -h'))).toBe(false);
  expect(matchesCommand({ tool: 'kubectl', verb: 'get', flags: { '--help': true } }, parse('kubectl get --help'))).toBe(true);
  expect(matchesCommand({ tool: 'docker', verb: 'run' }, parse('docker run -h web nginx'))).toBe(true);
  expect(matchesCommand({ tool: 'kubectl', verb: 'exec' }, parse('kubectl exec web -- ls --help'))).toBe(true);
  const exec = { tool: 'kubectl', verb: 'exec', inside: ['nslookup', 'dig'] };
  expect(matchesCommand(exec, parse('kubectl exec -it web -- /usr/bin/dig shop'))).toBe(true);
  expect(matchesCommand(exec, parse('kubectl exec web -- ls'))).toBe(false);
  expect(matchesCommand(exec, parse('kubectl exec nslookup'))).toBe(false);
  const log = { tool: 'tail', ending: '.log' };
  expect(matchesCommand(log, parse('tail -n 3 /var/log/pods/a/b/0.log'))).toBe(true);
  expect(matchesCommand(log, parse('tail /etc/kubernetes/manifests/etcd.yaml'))).toBe(false);
  const asks = { tool: 'curl', mentions: '//shop' };
  expect(matchesCommand(asks, parse('curl -s http://shop.default:80/'))).toBe(true);
  expect(matchesCommand(asks, parse('curl http://localhost'))).toBe(false);
  const inDefault = { tool: 'ctr', verb: 'containers ls', flags: { '-n': false } };
  expect(matchesCommand(inDefault, parse('ctr c ls'))).toBe(true);
  expect(matchesCommand(inDefault, parse('ctr --namespace k8s.io c ls'))).toBe(false);
  for (const flag of ['-a', '-q']) expect(matchesCommand({ tool: 'crictl', flags: { [flag]: true } }, parse('crictl ps -qa'))).toBe(true);
});

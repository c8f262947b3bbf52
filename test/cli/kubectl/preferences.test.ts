import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

test('kuberc: aliases and other defaults, written by kubectl and obeyed by it', () => {
  const { k, parent, write } = newWorld();
  expect(k('alpha kuberc view').out).toContain('kuberc file not found at /root/.kube/kuberc\nWould you like to generate a default kuberc file');
  expect(k('alpha kuberc view', { stdin: 'y\n' }).out).toContain('Updated /root/.kube/kuberc\n');
  expect(parent.fs.read('/root/.kube/kuberc')).toContain('defaults:\n- command: apply\n  options:\n  - default: "true"\n    name: server-side\n');
  parent.fs.unlink('/root/.kube/kuberc');
  expect(k('alpha kuberc set --section defaults --command get --option output=wide').out).toBe('Updated /root/.kube/kuberc\n');
  expect(k('alpha kuberc set --section aliases --name runx --command run --option image=nginx --appendarg -- --appendarg arg').exit).toBe(0);
  expect(k('alpha kuberc set --section defaults --command get --option output=json').out).toBe(
    'error: defaults for command "get" already exist, use --overwrite to replace\n',
  );
  expect(k('alpha kuberc set --section x --command get').out).toBe('error: --section must be "defaults" or "aliases", got: x\n');
  expect(k('alpha kuberc set --section aliases --command get').out).toBe('error: --name is required when --section=aliases\n');
  expect(k('alpha kuberc set --section defaults --command get --option ab --overwrite').out).toBe('error: invalid option format "ab", expected flag=value\n');
  expect(k('create svc clusterip a --tcp=80').exit).toBe(0);
  expect(k('get svc a').out).toContain('SELECTOR');
  expect(k('get svc a -o name').out).toBe('service/a\n');
  expect(k('get svc a', { env: { KUBECTL_KUBERC: 'false' } }).out).not.toContain('SELECTOR');
  expect(k("runx test --dry-run=client -o jsonpath='{.spec.containers}'").out).toBe('[{"args":["arg"],"image":"nginx","name":"test","resources":{}}]');
  expect(k('get pods --kuberc=nosuch')).toEqual({
    out: 'error occurred while applying preferences kuberc error kuberc: open nosuch: no such file or directory\n',
    exit: 1,
  });
  write('/root/.kube/kuberc', 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n');
  expect(k('runx test').out).toContain('error: unknown command "runx" for "kubectl"');
});

test('-v shows the calls as client-go does', () => {
  const { k } = newWorld();
  const lines = (level: number, line = 'get ns default'): string =>
    k(`${line} -v=${level}`)
      .out.replace(/^I\d{4} [\d:.]+ +\d+ /gm, '')
      .replace(/^envvar.go.*\n/gm, '');
  expect(lines(1)).not.toContain('round_trippers');
  expect(lines(6)).toContain(
    'loader.go:405] Config loaded from file:  /root/.kube/config\nround_trippers.go:632] "Response" verb="GET" url="https://127.0.0.1:6443/api/v1/namespaces/default" status="200 OK" milliseconds=8\n',
  );
  expect(lines(7)).toContain('headers=<\n\tAccept: application/json;as=Table');
  expect(lines(7)).toContain(' >\nround_trippers.go:632] "Response" status="200 OK" milliseconds=8\n');
  expect(lines(8)).toContain('helper.go:105] "Request Body" body=""\n');
  expect(lines(8)).toContain('helper.go:105] "Response Body" body=');
  expect(lines(9)).toContain(`"Request" curlCommand=<\n\tcurl -v -XGET  -H "Accept: application/json;as=Table`);
  expect(lines(9)).toContain('"HTTP Trace: Dial succeed" network="tcp" address="127.0.0.1:6443"');
  expect(lines(8, 'get pods')).toContain('helper.go:113] "Request Body" body=""\n');
});

test('what the server serves is asked once in six hours, and anew for a kind that is not known', () => {
  const { k, parent, sim } = newWorld();
  const asked = (line: string, env = {}): string[] =>
    [...k(`${line} -v=6`, { env }).out.matchAll(/url="[^"]*:6443([^"]*)"|Invalidating/g)].map((match) => match[1] ?? match[0]);
  const fromServer = ['/api?timeout=32s', '/apis?timeout=32s'];
  const list = '/api/v1/namespaces/default/pods?limit=500';
  expect(asked('get pods')).toEqual([...fromServer, list]);
  const folder = '/root/.kube/cache/discovery/127.0.0.1_6443';
  expect(parent.fs.read(`${folder}/servergroups.json`)).toContain('{"name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}]');
  expect(parent.fs.read(`${folder}/apps/v1/serverresources.json`)).toContain('{"name":"deployments/scale","singularName":"deployment"');
  expect(asked('get pods')).toEqual([list]);
  expect(asked('get po')).toEqual([list]);
  expect(asked('get nosuch')).toEqual(['Invalidating', ...fromServer]);
  expect(asked('api-resources')).toEqual(fromServer);
  expect(asked('api-resources --cached')).toEqual([]);
  expect(asked('get pods --cache-dir=/tmp/a')).toEqual([...fromServer, list]);
  expect(asked('get pods', { KUBECACHEDIR: '/tmp/b' })).toEqual([...fromServer, list]);
  expect(parent.fs.exists('/tmp/b/discovery/127.0.0.1_6443/v1/serverresources.json')).toBe(true);
  parent.fs.write(`${folder}/servergroups.json`, '{');
  expect(asked('get pods')).toEqual([...fromServer, list]);
  sim.advance(6 * 3_600_000);
  expect(asked('get pods')).toEqual([...fromServer, list]);
});

test('small words of the tool itself', () => {
  const { k } = newWorld();
  expect(k('help create token').out).toBe(k('create token --help').out);
  expect(k('help nosuch').out).toContain('Unknown help topic [`nosuch`]\n');
  expect(k('nosuch --help')).toEqual({ out: 'error: unknown command "nosuch" for "kubectl"\n', exit: 1 });
  expect(k('alpha').out).toBe(
    'These commands correspond to alpha features that are not enabled in Kubernetes clusters by default.\n\nAvailable Commands:\n  kuberc        Manage kuberc configuration files\n\nUse "kubectl alpha <command> --help" for more information about a given command.\n',
  );
  expect(k('get ns --match-server-version').out).toMatch(/^error: server version \(&version\.Info\{Major:"1", Minor:"35", .*differs from client version/);
  expect(k('debug').out).toBe('error: you must specify --image when not using --copy-to.\n');
  expect(k('debug --image=busybox').out).toBe('error: NAME or filename is required for debug\n');
  expect(k('proxy --port=-1').out).toBe('error: listen tcp: address -1: invalid port\n');
  expect(k('apply -f a.yaml -f b.yaml').out).toBe('the path "a.yaml" does not exist\nthe path "b.yaml" does not exist\n');
  expect(k('explain events.events.k8s.io').out).toBe('KIND:       Event\nVERSION:    v1\n\nerror: field "io" does not exist\n');
  expect(k('autoscale node x --max=3').out).toContain('not found');
});

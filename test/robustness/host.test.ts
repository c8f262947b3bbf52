import { writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadLesson } from '../../src/lessons/load.ts';
import { readYaml } from '../../src/lessons/yaml-source.ts';
import type { Session } from '../../src/session/session.ts';
import { newSession, type } from './lab.ts';

let session: Session;
beforeAll(() => {
  session = newSession();
});

describe('nothing of the host can be seen from inside', () => {
  const secret = 'k8s-lab-host-secret-7c1f';
  beforeAll(() => {
    process.env['K8S_LAB_TEST_SECRET'] = secret;
    writeFileSync(join(tmpdir(), `${secret}.txt`), secret);
  });

  for (const line of [
    'env',
    'export -p',
    'cat /proc/self/environ /proc/1/environ',
    'cat /etc/passwd /etc/hosts /etc/hostname',
    'ls -la / /root /home /tmp /work',
    `cat ${tmpdir()}/*`,
    'find / -name "*host-secret*"',
    'ps aux',
    'cat /proc/mounts /proc/cpuinfo /proc/version',
    'hostname; uname -a; id; whoami; pwd',
    'readlink /proc/self/exe; readlink /proc/self/cwd',
    'kubectl run x --image=nginx --env=A=$K8S_LAB_TEST_SECRET --dry-run=client -o yaml',
    "kubectl get pods -o go-template='{{.constructor}}'",
    "jq -n 'env'",
    "awk 'BEGIN { for (k in ENVIRON) print k, ENVIRON[k] }'",
    'vi --version',
  ])
    test(line, () => {
      const shown = type(session, line);
      for (const word of [secret, process.execPath, process.cwd(), 'node_modules', 'function Object']) expect(shown).not.toContain(word);
      if (userInfo().username !== 'root') expect(shown).not.toContain(userInfo().username);
      if (hostname().length > 4) expect(shown).not.toContain(hostname());
    });

  test('no address leads out', () => {
    expect(type(session, 'curl -sS -m 3 http://localhost; echo $?')).toMatch(/7$/);
    expect(type(session, 'curl -sS -m 3 http://192.0.2.1/; echo $?')).toMatch(/(7|28)$/);
    expect(type(session, 'curl -sS -m 3 https://example.org/; echo $?')).toMatch(/6$/);
    expect(type(session, 'curl -sS -m 3 file:///etc/passwd; echo $?')).not.toContain(secret);
  });
});

describe('names that JavaScript gives a meaning have none', () => {
  afterEach(() => {
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  const manifest = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: odd\n${data}`;
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];

  test('keys of a manifest', () => {
    for (const name of names) {
      const text = manifest(`data:\n  ${name === '__proto__' ? '"__proto__"' : name}: polluted\n`);
      type(session, `cat > odd.yaml <<'EOF'\n${text}EOF`);
      expect(type(session, 'kubectl apply -f odd.yaml')).toMatch(/configmap\/odd (created|configured)/);
      // JavaScript objects cannot hold this one name; that it goes nowhere is what counts.
      if (name !== '__proto__') expect(type(session, `kubectl get cm odd -o jsonpath='{.data.${name}}'; echo`)).toBe('polluted');
    }
    type(session, 'kubectl delete cm odd');
  });

  test('a manifest whose __proto__ is an object', () => {
    type(session, `cat > odd.yaml <<'EOF'\n${manifest('"__proto__": {polluted: yes}\nmetadata2: {"__proto__": {polluted: "1"}}\n')}EOF`);
    type(
      session,
      'kubectl apply -f odd.yaml; kubectl create -f odd.yaml --validate=false; kubectl apply --server-side -f odd.yaml; kubectl delete -f odd.yaml',
    );
    type(
      session,
      `cat > odd.json <<'EOF'\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"odd2","labels":{"__proto__":"x","constructor":"y"}},"__proto__":{"polluted":1}}\nEOF`,
    );
    type(session, 'kubectl apply -f odd.json');
    type(session, `kubectl patch cm odd2 --type=merge -p '{"__proto__":{"polluted":1},"data":{"__proto__":"1"}}'`);
    type(session, `kubectl patch cm odd2 --type=strategic -p '{"metadata":{"annotations":{"__proto__":"1"},"__proto__":{"polluted":1}}}'`);
    type(
      session,
      `kubectl patch cm odd2 --type=json -p '[{"op":"add","path":"/__proto__/polluted","value":1},{"op":"add","path":"/constructor/prototype/polluted","value":1}]'`,
    );
    type(session, 'kubectl label cm odd2 __proto__=1; kubectl annotate cm odd2 constructor=1; kubectl delete cm odd2');
  });

  test('nothing is said of labels, annotations, kinds of volumes, ports and fields that are called like that', () => {
    for (const name of names.filter((each) => each !== '__proto__')) {
      const spec = `spec: {nodeSelector: {${name}: x}, containers: [{name: c, image: nginx}]}`;
      type(session, `printf 'apiVersion: v1\\nkind: Pod\\nmetadata: {name: odd, annotations: {${name}: x}}\\n${spec}\\n' > odd-pod.yaml`);
      expect(type(session, 'kubectl apply -f odd-pod.yaml; kubectl delete -f odd-pod.yaml')).toBe('pod/odd created\npod "odd" deleted from default namespace');
      expect(type(session, `iptables -A INPUT -p tcp --dport ${name} -j DROP`)).toContain(`invalid port/service \`${name}' specified`);
      expect(type(session, `iptables -t ${name} -L`)).toContain(`table '${name}' does not exist`);
      expect(type(session, `iptables -A INPUT ${name} x`)).toContain(`Bad argument \`${name}'`);
      type(session, `iptables ${name}; openssl x509 -in /etc/kubernetes/pki/ca.crt -noout -subject -nameopt ${name}`);
      expect(type(session, `kubectl config set users.odd.${name} x --kubeconfig odd.conf`)).toBe("error: can't set a map to a value: map[]");
    }
  });

  test('resources, kinds, namespaces, users and flags called like that', () => {
    for (const name of names) {
      expect(type(session, `kubectl get ${name}`)).toMatch(/error: the server doesn't have a resource type/);
      type(
        session,
        `kubectl get pods -n ${name}; kubectl get pod ${name}; kubectl explain ${name}; kubectl explain pod.${name}; kubectl api-resources --api-group=${name}`,
      );
      type(
        session,
        `kubectl get pods --as=${name} -o custom-columns=A:.${name}; kubectl get pods -o ${name}; kubectl get nodes -o jsonpath='{.items[0].${name}}'`,
      );
      expect(type(session, `${name}`)).toBe(`bash: ${name}: command not found`);
      expect(type(session, `kubectl ${name}`)).toContain('unknown command');
      expect(type(session, `kubectl get --${name}`)).toContain('unknown flag');
      type(session, `ctr ${name}; crictl ${name}; systemctl status ${name}; man ${name}; kill -s ${name} 1; set -o ${name}; trap - ${name}`);
    }
  });

  test('variables, arrays, functions and aliases of the shell', () => {
    for (const name of names) {
      expect(
        type(
          session,
          `unset ${name}; echo "[$${name}]"; ${name}=1; echo $${name}; declare -A map; echo "[\${map[${name}]}]"; map[${name}]=2; echo \${map[${name}]}`,
        ),
      ).toBe('[]\n1\n[]\n2');
      expect(type(session, `${name}() { echo called; }; ${name}; unset -f ${name}; alias ${name}='echo aliased'`)).toBe('called');
      expect(type(session, `${name}; unalias ${name}`)).toBe('aliased');
    }
  });

  test('jq and awk', () => {
    for (const name of names) {
      expect(
        type(
          session,
          `echo '{"${name}": 1, "a": {"${name}": {"polluted": 2}}}' | jq -cM '.${name}, .a.${name}.polluted, ({} | .["${name}"]), (. * {"${name}": {"polluted": 3}} | keys)'`,
        ),
      ).toBe(`1\n2\nnull\n${JSON.stringify(['a', name].sort())}`);
      expect(type(session, `jq -ncM '{"${name}": 5} + {"b": 1} | to_entries | from_entries | del(.b) | with_entries(.value += 1)'`)).toBe(`{"${name}":6}`);
      expect(type(session, `awk 'BEGIN { a["${name}"]++; print a["${name}"], length(a), ("x" in a) }'`)).toBe('1 1 0');
    }
  });

  test('files and folders', () => {
    for (const name of names) expect(type(session, `mkdir -p d/${name}; echo text > d/${name}/${name}; cat d/${name}/${name}; ls d`)).toContain(`text\n`);
    expect(type(session, 'rm -r d; ls d')).toContain('No such file');
  });

  test('keys of a lesson file', () => {
    const source = readYaml(
      'lesson.yaml',
      '"__proto__": {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\nworld: {vars: {"__proto__": {pick: [polluted]}}}\n',
    );
    expect('data' in source).toBe(true);
    const found = loadLesson({
      folder: 'x',
      files: { 'lesson.yaml': '"__proto__": {kind: Lesson}\nid: x\n', 'en.yaml': '"__proto__": {title: x}\n', 'ko.yaml': '{}\n' },
    });
    expect('lesson' in found).toBe(false);
  });
});

/** Lines that would go on for ever, or do too much at once: each is stopped by the work it does, counted in steps of the engine and not in seconds. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Budget, defaultBudget } from '../../src/grading/budget.ts';
import { Driver } from '../../src/session/regrade.ts';
import { Session } from '../../src/session/session.ts';
import { notes } from '../headless/course.ts';

/** A tenth of what is usual: what ends it here ends it there. */
const budget: Budget = { ...defaultBudget, strain: { base: 3_000, line: 200, second: 1, most: 10_000 } };
/** The last piece of work may go over the edge by so much. */
const overshoot = 4_000;

const lines = [
  'awk "BEGIN { while (1) n++ }"',
  `awk 'BEGIN { while(1) a[n++]=n }'`,
  `awk 'BEGIN { s="x"; while(1) s = s s }'`,
  `awk 'BEGIN{while(1) gsub(/a*/,"b",x)}'`,
  `awk 'BEGIN{x=sprintf("%100000s","a"); while(1) split(x,q,"")}'`,
  `awk 'BEGIN{while(1) system("true")}'`,
  'od /dev/urandom',
  'base64 /dev/urandom',
  'dd if=/dev/urandom bs=1 of=/dev/null',
  'yes | sort',
  'shuf -i 1-100000000',
  'diff <(seq 1 100000) <(seq 100000 -1 1)',
  'sed ":a;ba" /etc/passwd',
  'sed ":a;y/abc/bca/;ba" /etc/passwd',
  'sed ":a;s/./&&/g;ta" /etc/passwd',
  'sed ":a;r /etc/passwd\nba" /etc/passwd',
  'yes | sed ":a;N;ba"',
  'yes | grep -E "(a+)+$"',
  'yes | xargs',
  'seq 1 1e9',
  'jq -n "last(range(1e9))"',
  'jq -n "[range(3000)] | combinations(3)"',
  'while :; do ls -laR / > /dev/null; done',
  'while :; do du -s /; done',
  'x=$(yes | head -c 100000); while :; do y=${x//y/nn}; done',
  'x=$(yes | head -c 100000); while :; do : "${x%%*z}"; done',
  'x=$(seq 1 20000); while :; do a=($x); done',
  'while :; do : {1..9999}; done',
  'case $(yes | head -c 50000) in *y*y*y*y*y*z) ;; esac; while :; do :; done',
  'while :; do : & wait; done',
  'f() { f | f & }; f',
  'yes | while read x; do :; done',
  'mapfile x < <(yes)',
  `a=b+b; b=c+c; c=d+d; d=e+e; e=f+f; f=g+g; g=h+h; h=i+i; i=j+j; j=k+k; k=l+l; l=m+m; m=n+n; n=o+o; o=p+p; p=q+q; q=r+r; r=1; while :; do : $((a)); done`,
  `jq -n '"x" | until(length > 1e9; . + .) | length'`,
  `jq -n '[1] | until(length > 1e9; . + .) | length'`,
  `while :; do jq -n '"x" * 100000 | explode | implode | @base64 | length'; done`,
  `docker info -f '{{range 999999999}}{{end}}'`,
  `while :; do docker info -f '{{range 300}}{{range 30}}{{end}}{{end}}'; done`,
  `while :; do docker info -f '{{range 300}}{{json $}}{{end}}'; done`,
  `docker info -f '{{$x := "ab"}}{{range 40}}{{$x = print $x $x}}{{end}}'`,
  `while :; do docker info -f '{{len (split (printf "%100000d" 1) "")}}'; done`,
  `nerdctl info -f '{{range 2000}}{{range 2000}}{{end}}{{end}}'`,
  `while :; do crictl info -o go-template --template '{{range 3000}}{{json $}}{{end}}'; done`,
  `while :; do x=$(printf '%999999d' 1); done`,
  `while :; do bash -c 'trap "kill -USR1 \\$\\$" USR1; kill -USR1 $$'; done`,
  'mkdir /mnt/a; while :; do mount --rbind / /mnt/a; done',
  'while :; do openssl genrsa 2048 > /dev/null; done',
  'while :; do tar czf x.tgz / 2>/dev/null; done',
  `while :; do bc <<< '999^999'; done`,
  `while :; do awk 'function f() { f() } BEGIN { f() }'; done`,
  'jq -n "reduce range(100000) as \\$i ({}; .[\\$i | tostring] = 1)"',
  'jq -n "[range(100000)] | del(.[])"',
  'jq -n "[range(900)] as \\$all | [range(200000) | \\$all | sort]"',
  `(echo services:; for i in {1..200}; do echo " s$i: {image: nginx}"; done) > compose.yaml; while :; do nerdctl compose config; done`,
  `for i in {1..2000}; do echo "k$i: [1, {a: b}]"; done > big; while :; do crictl --config big ps; done`,
];

/** What a cluster does on without end, or prints. */
const clusterLines = [
  `kubectl apply -f - <<< '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"k"},"spec":{"containers":['$(for i in {1..200}; do echo -n '{"name":"a'$i'","image":"busybox"},'; done)'{"name":"z","image":"busybox"}]}}'`,
  'kubectl run a --image=busybox -- yes',
  'kubectl create deployment a --image=nginx --replicas=100000',
  'while :; do kubeadm token create; done',
  `cd /tmp; for i in {1..60}; do printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: c%s}\\n---\\n' $i; done > c.yaml; echo 'resources: [c.yaml]' > kustomization.yaml; while :; do kubectl kustomize; done`,
  `export ETCDCTL_CACERT=/etc/kubernetes/pki/etcd/ca.crt ETCDCTL_CERT=/etc/kubernetes/pki/etcd/server.crt ETCDCTL_KEY=/etc/kubernetes/pki/etcd/server.key; while :; do etcdctl get / --prefix; done`,
  'kubectl create cm a --from-literal=a=$(head -c 900000 /dev/zero | tr "\\0" a); while :; do kubectl get cm a -o yaml; done',
  `x="{{range \\$.items}}"; while :; do kubectl get pods -A -o go-template="$x$x$x$x$x$x{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}"; done`,
];

test.each(lines)('%s', (line) => {
  const session = new Session({ world: 'node', seed: 1, lesson: notes });
  const { sim } = session.cluster;
  const before = sim.strain;
  const driver = new Driver(session, budget);
  driver.run([{ line, at: 100 }], 3_600_000);
  expect(driver.exceeded).toEqual({ line: 1, what: expect.stringMatching(/^(work|processor time)$/) });
  expect(sim.strain - before).toBeLessThan(budget.strain.base + budget.strain.line + budget.strain.second * 3_600 + overshoot);
});

const cluster = { ...notes, lesson: { ...notes.lesson, world: { name: 'kubeadm-3' } } } as typeof notes;
const onCluster = (line: string, until: number, given = budget): Driver => {
  const driver = new Driver(new Session({ world: 'kubeadm-3', seed: 1, lesson: cluster }), given);
  driver.run([{ line, at: 100 }], until, false);
  return driver;
};

test.each(clusterLines)('%s', (line) => {
  expect(onCluster(line, 3_600_000).exceeded).toEqual({ line: 1, what: expect.stringMatching(/^(work|processor time)$/) });
});

test('following the log of a container that writes without end', () => {
  const host = { ...notes, lesson: { ...notes.lesson, world: { name: 'docker-host' } } } as typeof notes;
  const driver = new Driver(new Session({ world: 'docker-host', seed: 1, lesson: host }), budget);
  driver.run([{ line: 'docker run -d --name loud busybox yes; docker logs -f loud > /dev/null', at: 100 }], 3_600_000, false);
  expect(driver.exceeded).toEqual({ line: 1, what: 'work' });
});

test('many lines do not add up to work without end', () => {
  const session = new Session({ world: 'node', seed: 1, lesson: notes });
  const before = session.cluster.sim.strain;
  const driver = new Driver(session, budget);
  const lines = Array.from({ length: 200 }, (_, index) => ({ line: ':', at: 100 * (index + 1) }));
  driver.run([...lines, { line: 'while :; do :; done', at: 30_000 }], 3_600_000);
  expect(driver.exceeded).toEqual({ line: 201, what: 'work' });
  expect(session.cluster.sim.strain - before).toBeLessThan(budget.strain.most + overshoot);
});

test('aliases of YAML do not unfold without bounds', () => {
  const session = new Session({ world: 'kubeadm-3', seed: 1, lesson: cluster });
  const names = [...'abcdefghij'];
  const bomb = names
    .map(
      (name, index) =>
        `${name}: &${name} [${Array(9)
          .fill(index === 0 ? 'x' : `*${names[index - 1]}`)
          .join(',')}]`,
    )
    .join('\n');
  const driver = new Driver(session);
  driver.run([{ line: `kubectl apply -f - <<EOF\n${bomb}\nEOF`, at: 100 }], 10_000, false);
  expect(driver.exceeded).toBeUndefined();
  let told = '';
  for (let text = session.tty.output.take(); text !== undefined; text = session.tty.output.take()) told += text;
  expect(told).toContain('error: error parsing STDIN: error converting YAML to JSON: yaml: document contains excessive aliasing');
});

test('a file that unfolds to gigabytes is not unfolded', () => {
  // 40 MB of noughts, packed three times in a row and twice over: 155 bytes.
  const packed = gzipSync(gzipSync(Buffer.concat([1, 2, 3].map(() => gzipSync(Buffer.alloc(40_000_000))))));
  const session = new Session({ world: 'node', seed: 1, lesson: notes });
  const driver = new Driver(session);
  const line = `base64 -d <<< ${packed.toString('base64')} | zcat | zcat | zcat | wc -c`;
  driver.run([{ line, at: 100 }], 10_000, false);
  expect(driver.exceeded).toBeUndefined();
  let told = '';
  for (let text = session.tty.output.take(); text !== undefined; text = session.tty.output.take()) told += text;
  expect(told).toContain('zcat: memory exhausted');
});

test('what would be too much is not begun', () => {
  const session = new Session({ world: 'node', seed: 1, lesson: notes });
  const driver = new Driver(session);
  driver.run([{ line: 'x=$(yes | tr -d "\\n" | head -c 20000); : "${x##*(y)z}"', at: 100 }], 60_000);
  expect(driver.exceeded).toEqual({ line: 1, what: 'work' });
});

test('an honest line is nowhere near it', () => {
  const session = new Session({ world: 'node', seed: 1, lesson: notes });
  const before = session.cluster.sim.strain;
  const driver = new Driver(session);
  driver.run([{ line: 'ls -lR /etc | sort | head -3; ps aux | grep -c root; for i in 1 2 3; do echo $i; done', at: 100 }], 60_000);
  expect(driver.exceeded).toBeUndefined();
  expect(session.cluster.sim.strain - before).toBeLessThan((defaultBudget.strain.base + defaultBudget.strain.line) / 20);
});

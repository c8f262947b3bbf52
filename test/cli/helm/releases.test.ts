import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sh } from '../../cluster/sh.ts';

const hooks = `cat > demo/templates/hooks.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: second
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-weight: "5", helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}
spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: a, image: busybox, command: {{ .Values.hook | default "true" | list | toJson }} }]}}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: first
  annotations: {helm.sh/hook: "pre-install", helm.sh/hook-weight: "-1"}
EOF
`;

test('a release lives: hooks, upgrade, history, rollback, uninstall, and its Secrets are those of helm', () => {
  const { out, err } = sh(`helm create demo > /dev/null; ${hooks}
    say() { echo "== $*"; }
    say install; helm install web demo --set replicaCount=2 --wait --timeout 60s | sed -n 1,6p; kubectl get deploy web-demo --no-headers; kubectl get job,cm -o name
    say again; helm install web demo
    say upgrade; helm upgrade web demo --set replicaCount=1 > /dev/null; helm get values web
    say failed; helm upgrade web demo --set-string hook=false --timeout 30s
    say nope; helm upgrade web demo --set image.tag=none --rollback-on-failure --timeout 20s
    say history; helm history web
    say rollback; helm rollback web 1 --wait; kubectl get deploy web-demo -o jsonpath='{.spec.replicas} {.metadata.managedFields[0].manager} {.metadata.annotations.meta\\.helm\\.sh/release-name}{"\\n"}'
    say list; helm list -A -o json; helm ls -q
    say test; helm test web --timeout 60s | grep Phase
    say stored; kubectl get secret sh.helm.release.v1.web.v2 -o jsonpath='{.type} {.metadata.labels.status} {.data.release}{"\\n"}'
    say tab; helm __complete status w; helm __complete rollback web '' | head -1; helm __complete get ma; helm completion bash | grep -c __start_helm; helm upgrade web demo --atomic --dry-run | sed -n 4p
    say gone; helm uninstall web; kubectl get deploy,svc,secret -o name; helm list -q`);
  const parts = new Map(`\n${out}`.split('\n== ').map((part) => [part.split('\n')[0] ?? '', part.split('\n').slice(1).join('\n').trim()]));
  expect(parts.get('install')).toMatch(
    /^NAME: web\nLAST DEPLOYED: .*\nNAMESPACE: default\nSTATUS: deployed\nREVISION: 1\nDESCRIPTION: Install complete\nweb-demo {3}2\/2/,
  );
  expect(parts.get('install')).toContain('configmap/first');
  expect(parts.get('install')).not.toContain('job'); // hook-succeeded
  expect(err).toContain('Error: INSTALLATION FAILED: release name check failed: cannot reuse a name that is still in use');
  expect(parts.get('upgrade')).toBe('USER-SUPPLIED VALUES:\nreplicaCount: 1');
  expect(err).toContain(
    'Error: UPGRADE FAILED: pre-upgrade hooks failed: resource Job/default/second not ready. status: Failed, message: Job Failed. failed: 1/1',
  );
  expect(err).toContain(
    'Error: UPGRADE FAILED: release web failed, and has been rolled back due to rollback-on-failure being set: resource Deployment/default/web-demo not ready. status: InProgress, message:',
  );
  const history = parts
    .get('history')
    ?.split('\n')
    .map((line) => line.split('\t').map((cell) => cell.trim()));
  expect(history?.map(([revision, , status]) => [revision, status])).toEqual([
    ['REVISION', 'STATUS'],
    ['1', 'superseded'],
    ['2', 'superseded'],
    ['3', 'failed'],
    ['4', 'failed'],
    ['5', 'deployed'],
  ]);
  expect(parts.get('rollback')).toBe('Rollback was a success! Happy Helming!\n2 helm web');
  const [json = '', name] = (parts.get('list') ?? '').split('\n');
  expect(JSON.parse(json)).toMatchObject([
    { name: 'web', namespace: 'default', revision: '6', status: 'deployed', chart: 'demo-0.1.0', app_version: '1.16.0' },
  ]);
  expect(name).toBe('web');
  expect(parts.get('test')).toBe('Phase:          Succeeded');
  const [type, status, data = ''] = (parts.get('stored') ?? '').split(' ');
  expect([type, status]).toEqual(['helm.sh/release.v1', 'superseded']);
  const release = JSON.parse(gunzipSync(Buffer.from(Buffer.from(data, 'base64').toString(), 'base64')).toString());
  expect(release).toMatchObject({ name: 'web', version: 2, config: { replicaCount: 1 }, apply_method: 'ssa', chart: { metadata: { name: 'demo' } } });
  expect(parts.get('tab')).toBe(
    'web\tdemo-0.1.0 -> deployed\n:4\n1\tApp: 1.16.0, Chart: demo-0.1.0\nmanifest\tdownload the manifest for a named release\n:4\n3\nNAMESPACE: default',
  );
  expect(err).toContain('Flag --atomic has been deprecated, use --rollback-on-failure instead\nlevel=WARN msg="--dry-run is deprecated');
  expect(parts.get('gone')).toBe('release "web" uninstalled\nservice/kubernetes');
});

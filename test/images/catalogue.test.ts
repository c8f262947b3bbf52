/** What the registries hold: tags as the real ones give them, programs that exist, and the servers that courses name. */
import { describe, expect, test } from 'vitest';
import { newCluster } from '../../src/cluster/cluster.ts';
import { catalogue } from '../../src/images/catalogue.ts';
import { otherImages } from '../../src/images/other-images.ts';
import { releases } from '../../src/images/versions.ts';
import { typeIn } from '../cluster/type-in.ts';

describe('releases', () => {
  test('each patch has its tag, the newest of a minor, of a major and of all theirs too', () => {
    const tagsOf = (version: string) =>
      [...(releases('1.9:1 1.10:1 2.0:0 =2.5.3', { stable: '1.10' }).find((each) => each.version === version)?.tags ?? [])].sort();
    expect(tagsOf('1.9.0')).toEqual(['1.9.0']);
    expect(tagsOf('1.9.1')).toEqual(['1.9', '1.9.1']);
    expect(tagsOf('1.10.1')).toEqual(['1', '1.10', '1.10.1', 'stable']);
    expect(tagsOf('2.5.3')).toEqual(['2', '2.5', '2.5.3', 'latest']);
  });
});

describe('the catalogue', () => {
  const repositories = catalogue();
  const tags = (name: string) => new Set((repositories[name]?.() ?? []).flatMap((image) => image.tags));

  test('tags of the past are there, and those that never were are not', () => {
    for (const [name, wanted] of Object.entries({
      'docker.io/library/nginx': '1.14.2 1.21.6-alpine 1.27-perl stable mainline-alpine alpine-slim latest 1',
      'docker.io/library/redis': '5.0.4 6.0.5 7-alpine alpine',
      'docker.io/library/busybox': '1.28 1.24.2 musl 1.36.1-glibc',
      'docker.io/library/python': '3.9-slim 3.12.11-alpine 2.7',
      'docker.io/library/ubuntu': '16.04 focal 24.04',
      'registry.k8s.io/nginx-slim': '0.8 0.24',
      'registry.k8s.io/e2e-test-images/agnhost': '2.39 2.53',
      'k8s.gcr.io/pause': '3.5',
      'public.ecr.aws/docker/library/httpd': '2.4-alpine',
    }))
      for (const tag of wanted.split(' ')) expect(tags(name), name).toContain(tag);
    expect(tags('docker.io/library/nginx')).not.toContain('1.161');
    expect(tags('registry.k8s.io/nginx-slim')).not.toContain('latest');
  });

  test('no tag of a repository is given twice', () => {
    for (const name of Object.keys(repositories)) {
      const images = repositories[name]?.() ?? [];
      const all = images.flatMap((image) => image.tags);
      expect(
        all.filter((tag, index) => all.indexOf(tag) !== index),
        name,
      ).toEqual([]);
    }
  });

  test('every program that a line of the table names is one of the lab', () => {
    const { programs } = newCluster({ seed: 1, world: 'node' }).machine('node01').kernel;
    const entries = Object.values(otherImages()).flatMap((make) => make().flatMap((image) => image.layers.at(-1)?.entries() ?? []));
    expect(entries.flatMap((entry) => ('program' in entry && entry.program && !programs.get(entry.program) ? [entry.program] : []))).toEqual([]);
  });
});

test('servers and jobs that courses name, and one that is not simulated', () => {
  const { type } = typeIn('kubeadm-3');
  type(`kubectl create deploy web --image=gcr.io/google-samples/hello-app:1.0; kubectl expose deploy web --port 8080
kubectl create deploy kb --image=gcr.io/google-samples/kubernetes-bootcamp:v1; kubectl set image deploy/kb '*=docker.io/jocatalin/kubernetes-bootcamp:v2'
kubectl expose deploy kb --port 8080
kubectl run kubia --image=luksa/kubia:v3 --port 8080 --expose
kubectl create job dice --image=kodekloud/throw-dice
kubectl run mysql --image=mysql:8.0 --env MYSQL_ROOT_PASSWORD=x --port 3306
kubectl run wp --image=wordpress:6.2.1-apache --env WORDPRESS_DB_HOST=db --port 80 --expose
kubectl run jenkins --image=jenkins/jenkins:lts --restart=Never
kubectl wait --for=condition=Ready pod/wp pod/mysql pod/kubia --timeout=300s; kubectl rollout status deploy/kb deploy/web`);
  const ask = (service: string, port: number, more = '') => type(`curl -s ${more} $(kubectl get svc ${service} -o jsonpath={.spec.clusterIP}):${port}`);
  expect(ask('web', 8080)).toContain('Version: 1.0.0\n');
  type("kubectl set image deploy/web '*=us-docker.pkg.dev/google-samples/containers/gke/hello-app:2.0'; kubectl rollout status deploy/web; sleep 3");
  expect(ask('web', 8080)).toContain('Version: 2.0.0\n');
  expect(ask('kb', 8080)).toMatch(/^Hello Kubernetes bootcamp! \| Running on: kb-\S+ \| v=2\n$/);
  expect([1, 2, 3, 4, 5].map(() => ask('kubia', 8080))).toEqual([
    ...[1, 2, 3, 4].map(() => 'This is v3 running in pod kubia\n'),
    'Some internal error has occurred! This is pod kubia\n',
  ]);
  expect(ask('wp', 80, '-I')).toContain('500 Internal Server Error');
  type('kubectl expose pod mysql --name db; sleep 5');
  expect(ask('wp', 80, '-I')).toContain('Location: /wp-admin/install.php');
  expect(type('kubectl wait --for=condition=complete job/dice --timeout=900s')).toBe('job.batch/dice condition met\n');
  expect(type("kubectl logs -l job-name=dice --tail=-1 | grep -c '^6$'")).toBe('1\n');
  expect(type('kubectl exec kubia -- pip; kubectl exec mysql -- mysql --version')).toContain('k8s-lab: mysql is not simulated\n');
  expect(type('kubectl logs jenkins')).toBe('k8s-lab: jenkins.sh is not simulated\n');
  expect(type("kubectl get pod jenkins -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}'")).toBe('70');
});

import { expect, test } from 'vitest';
import { sh } from '../../cluster/sh.ts';

test('charts of the well-known repositories are fetched and come up', () => {
  const { out, err } = sh(`
    helm repo add metrics-server https://kubernetes-sigs.github.io/metrics-server/; helm repo add bitnami https://charts.bitnami.com/bitnami
    helm repo add podinfo https://stefanprodan.github.io/podinfo; helm repo update | tail -1; helm search repo podinfo -o json
    helm install ms metrics-server/metrics-server -n kube-system --set 'args={--kubelet-insecure-tls}' --wait | grep STATUS
    helm install web bitnami/nginx --set service.type=ClusterIP --wait | grep STATUS
    helm install pi podinfo/podinfo --version '~6.9.0' --set ui.message=hello,replicaCount=2 --wait | grep STATUS
    kubectl get deploy --no-headers | awk '{print $1, $2}'
    kubectl run ask --image=busybox --restart=Never -i --quiet --rm -- wget -qO- pi-podinfo:9898 | grep message
    helm show values bitnami/nginx | head -1; helm pull podinfo/podinfo --untar; head -1 podinfo/values.yaml
    helm create app > /dev/null; printf 'dependencies:\\n- {name: podinfo, version: ">=6", repository: "https://stefanprodan.github.io/podinfo", condition: podinfo.on}\\n' >> app/Chart.yaml
    helm template app; helm dependency update app | tail -1; helm dep list app | tail -2; helm template app | grep -c podinfo/; helm template app --set podinfo.on=false | grep -c podinfo/
    helm package app -d out; helm repo index out --url https://x.example; grep -c digest out/index.yaml
    helm install a bitnami/nope; helm install a nope/x; helm show chart podinfo/podinfo --version 9; helm repo add b https://nosuch.invalid; helm repo rm bitnami; helm repo list; helm search hub x`);
  expect(out).toContain('Update Complete. ⎈Happy Helming!⎈\n[{"name":"podinfo/podinfo","version":"6.9.2","app_version":"6.9.2",');
  expect(out).toContain('STATUS: deployed\nSTATUS: deployed\nSTATUS: deployed\npi-podinfo 2/2\nweb-nginx 1/1\n  "message": "hello"\n');
  expect(out).toContain(
    'nameOverride: ""\nreplicaCount: 1\nDeleting outdated charts\npodinfo\t>=6    \thttps://stefanprodan.github.io/podinfo\tok    \n\n2\n0\n',
  );
  expect(out).toContain('saved it to: /root/out/app-0.1.0.tgz\n1\n"bitnami" has been removed from your repositories\n');
  expect(err.split('\n').filter((line) => /^(Error|k8s-lab)/.test(line))).toEqual([
    'Error: an error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: podinfo',
    'Error: INSTALLATION FAILED: chart "nope" matching  not found in bitnami index. (try \'helm repo update\'): no chart name found',
    'Error: INSTALLATION FAILED: repo nope not found',
    'Error: chart "podinfo" matching 9 not found in podinfo index. (try \'helm repo update\'): no chart version found for podinfo-9',
    expect.stringMatching(
      /^Error: looks like "https:\/\/nosuch\.invalid" is not a valid chart repository or cannot be reached: Get "https:\/\/nosuch\.invalid\/index\.yaml": dial tcp: lookup/,
    ),
    'k8s-lab: helm search hub is not simulated',
  ]);
});

/** The world of 2022: a kubelet, the dockershim inside it, Docker, containerd, runc. */
import { expect, test } from 'vitest';
import { runScript } from '../../src/headless/sh.ts';

function sh(script: string): { readonly out: string; readonly err: string; readonly status: number } {
  let [out, err] = ['', ''];
  const stdout = (text: string): void => {
    out += text;
  };
  const stderr = (text: string): void => {
    err += text;
  };
  const status = runScript('kubeadm-1.23-dockershim', 1, { argv: ['bash', '-c', script], stdout, stderr, limit: 3_600_000 });
  return { out, err, status };
}

test('nodes of 1.23 on Docker, with the labels and taints of their day', () => {
  const { out } = sh(`
    kubectl get nodes --no-headers -o custom-columns=N:.metadata.name,V:.status.nodeInfo.kubeletVersion,R:.status.nodeInfo.containerRuntimeVersion
    kubectl get nodes --no-headers | awk '{print $1, $2, $3}'
    kubectl get node controlplane -o jsonpath='{.spec.taints[0].key} {.metadata.annotations.kubeadm\\.alpha\\.kubernetes\\.io/cri-socket}{"\\n"}'
    kubectl version 2>/dev/null | sed 's/, GitCommit.*//'; journalctl -u kubelet -n 1 > /dev/null; grep -o -- '--network-plugin=cni' /var/lib/kubelet/kubeadm-flags.env`);
  expect(out).toBe(
    `controlplane   v1.23.17   docker://20.10.24
node01         v1.23.17   docker://20.10.24
controlplane Ready control-plane,master
node01 Ready <none>
node-role.kubernetes.io/master /var/run/dockershim.sock
Client Version: version.Info{Major:"1", Minor:"23", GitVersion:"v1.23.17"
Server Version: version.Info{Major:"1", Minor:"23", GitVersion:"v1.23.17"
--network-plugin=cni
`,
  );
});

test('a pod is two containers of Docker, whose names say whose they are', () => {
  const { out } = sh(`
    kubectl run web --image=nginx > /dev/null; kubectl wait --for=condition=Ready pod/web > /dev/null
    uid=$(kubectl get pod web -o jsonpath='{.metadata.uid}')
    ssh node01 docker ps --filter name=web_default --format '{{.Names}}' | sed "s/$uid/UID/"
    kubectl get pod web -o jsonpath='{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].imageID}{"\\n"}' | sed 's/[0-9a-f]\\{64\\}/ID/g'
    kubectl logs web | head -1; kubectl exec web -- hostname
    ip=$(kubectl get pod web -o jsonpath='{.status.podIP}'); curl -s $ip | grep -c '<h1>Welcome to nginx'
    ssh node01 crictl ps --name web -q 2>/dev/null | wc -l; ssh node01 ctr -n moby tasks ls -q | wc -l; ssh node01 ctr -n k8s.io containers ls -q | wc -l`);
  expect(out).toBe(
    'k8s_web_web_default_UID_0\nk8s_POD_web_default_UID_0\ndocker://ID docker-pullable://nginx@sha256:ID\n/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\nweb\n1\n1\n4\n0\n',
  );
});

test('what Docker is told to do, the kubelet answers', () => {
  const { out } = sh(`
    kubectl run web --image=nginx > /dev/null; kubectl wait --for=condition=Ready pod/web > /dev/null
    ssh node01 'docker rm -f $(docker ps -q --filter name=k8s_web_)' > /dev/null; sleep 5
    kubectl get pod web --no-headers | awk '{print $2, $3}'
    ip=$(kubectl get pod web -o jsonpath='{.status.podIP}')
    ssh node01 'docker rm -f $(docker ps -q --filter name=k8s_POD_web_)' > /dev/null; sleep 20
    kubectl get pod web --no-headers | awk '{print $2, $3}'; [ "$(kubectl get pod web -o jsonpath='{.status.podIP}')" != "$ip" ] && echo other address
    ssh node01 docker ps --filter name=web_default --format '{{.Names}}' | sed 's/_default_.*_/ /'
    kubectl delete pod web > /dev/null; sleep 70; ssh node01 docker ps -a --filter name=web_default -q | wc -l; ssh node01 'ls /var/lib/cni/networks/pod-network | grep -c "^10"'`);
  expect(out).toBe('1/1 Running\n1/1 Running\nother address\nk8s_web_web 1\nk8s_POD_web 0\n0\n0\n');
});

test('an image that docker builds on the node is there for its kubelet', () => {
  const { out } = sh(`
    ssh node01 'mkdir app; printf "FROM busybox:1.36\\nCMD [\\"sleep\\", \\"1000\\"]\\n" > app/Dockerfile; docker build -q -t app:v1 app' > /dev/null 2>&1
    kubectl run app --image=app:v1 --image-pull-policy=Never > /dev/null; kubectl wait --for=condition=Ready pod/app
    ssh node01 ctr -n moby containers ls -q | wc -l`);
  expect(out).toBe('pod/app condition met\n4\n');
});

test("Docker's containerd does not speak CRI; dockershim's socket does, while the kubelet runs", () => {
  const { out, err } = sh(`
    crictl -r unix:///run/containerd/containerd.sock ps; echo $?
    crictl -r unix:///var/run/dockershim.sock version
    systemctl stop kubelet; ls /var/run/dockershim.sock`);
  expect(out).toBe('1\nVersion:  0.1.0\nRuntimeName:  docker\nRuntimeVersion:  20.10.24\nRuntimeApiVersion:  1.41.0\n');
  expect(err).toContain('unknown service runtime.v1.RuntimeService');
  expect(err).toContain("ls: cannot access '/var/run/dockershim.sock': No such file or directory");
});

test('without Docker the node is not ready, and a kubelet does not start', () => {
  const { out } = sh(`
    ssh node01 systemctl stop docker; sleep 45; kubectl get node node01 --no-headers | awk '{print $2}'
    ssh node01 systemctl restart kubelet; sleep 2; ssh node01 journalctl -u kubelet --no-pager | grep -o 'failed to get docker version.*' | tail -1
    ssh node01 systemctl start docker; sleep 30; kubectl get node node01 --no-headers | awk '{print $2}'`);
  expect(out).toBe(
    'NotReady\nfailed to get docker version: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"\nReady\n',
  );
});

test('containerd and runc beside it are those of its day', () => {
  const { out } = sh('ctr version | grep Version; ctr --version; containerd --version; runc --version | head -3');
  expect(out).toBe(`  Version:  1.6.33
  Version:  1.6.33
ctr containerd.io 1.6.33
containerd containerd.io 1.6.33 d2d58213f83a351ca8f528a95fbd145f5654e957
runc version 1.1.12
commit: v1.1.12-0-g51d5e94
spec: 1.0.2-dev
`);
});

test('the docker command of 20.10 speaks as it did', () => {
  const { out } = sh(`
    ssh node01 'docker --version; docker nosuch; docker run --nosuch; docker inspect nosuch; docker buildx version; docker pull -q busybox:9.99' 2>&1
    ssh node01 'docker pull -q busybox:1.36; docker images busybox; printf "FROM busybox:1.36\\nRUN true\\n" > Dockerfile; docker build -t app .' 2>&1 | sed -E 's/[0-9a-f]{12}/ID/'
    ssh node01 'docker push app; systemctl stop docker; docker ps; docker run app' 2>&1 | tail -4`);
  expect(out).toBe(`Docker version 20.10.24, build 297e128
docker: 'nosuch' is not a docker command.
See 'docker --help'
unknown flag: --nosuch
See 'docker run --help'.
[]
Error: No such object: nosuch
docker: 'buildx' is not a docker command.
See 'docker --help'
Error response from daemon: manifest for busybox:9.99 not found: manifest unknown: manifest unknown
docker.io/library/busybox:1.36
REPOSITORY   TAG       IMAGE ID       CREATED         SIZE
busybox      1.36      ID   17 months ago   5.31MB
Sending build context to Docker daemon  4.096kB
Step 1/2 : FROM busybox:1.36
 ---> ID
Step 2/2 : RUN true
 ---> Running in ID
Removing intermediate container ID
 ---> ID
Successfully built ID
Successfully tagged app:latest
denied: requested access to the resource is denied
Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?.
See 'docker run --help'.
`);
});

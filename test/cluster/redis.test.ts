import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test('redis reads its configuration, keeps its keys, and talks to who comes', () => {
  const { out } = sh(`
    printf 'maxmemory 2mb\\nmaxmemory-policy allkeys-lru\\nloglevel notice\\nrequirepass hush\\n' > redis.conf; kubectl create configmap c --from-file=redis.conf >/dev/null
    kubectl run db --image=redis:8 --overrides='{"spec":{"containers":[{"name":"db","image":"redis:8","command":["redis-server","/etc/redis/redis.conf"],"volumeMounts":[{"name":"c","mountPath":"/etc/redis"}]}],"volumes":[{"name":"c","configMap":{"name":"c"}}]}}' >/dev/null
    kubectl wait --for=condition=Ready pod/db >/dev/null; kubectl logs db | grep k8s-lab
    printf 'get a\\nauth nix\\nauth hush\\nconfig get maxm*y*\\nset "a b" "it\\\\"s"\\nget "a b"\\nquit\\nnever\\n' | kubectl exec -i db -- redis-cli --no-raw
    kubectl exec db -- redis-cli -p 7000 ping 2>&1; echo $?; kubectl exec db -- redis-cli -a hush config get maxmemory 2>&1
    docker run -d --name r redis:7 >/dev/null 2>&1 || nerdctl run -d --name r redis:7 >/dev/null 2>&1
    nerdctl exec r redis-cli set k v; nerdctl restart r; nerdctl exec r redis-cli get k; nerdctl run --rm redis:7 redis-server --maxmemory lots 2>&1`);
  expect(out).toBe(`k8s-lab: loglevel in the configuration of redis is not simulated
(error) NOAUTH Authentication required.
(error) WRONGPASS invalid username-password pair or user is disabled.
OK
1) "maxmemory"
2) "2097152"
3) "maxmemory-policy"
4) "allkeys-lru"
OK
"it\\"s"
Could not connect to Redis at 127.0.0.1:7000: Connection refused
command terminated with exit code 1
1
Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.
maxmemory
2097152
OK
r
v

*** FATAL CONFIG FILE ERROR (Redis 7.4.5) ***
Reading the configuration file, at line 2
>>> 'maxmemory "lots"'
argument must be a memory value
`);
});

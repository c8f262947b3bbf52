import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test('the few hosts of the web: names, pings, pages; what they have and the lab has not is said in its name', () => {
  const { out, err } = sh(
    `
ping -c1 8.8.8.8 | grep received
nslookup google.com 8.8.8.8 | grep Address | tail -1
kubectl run t --image=busybox --restart=Never -i --rm -- wget -qO- http://example.com | grep -o '<h1>.*</h1>'
curl -sI http://github.com/a/b | grep -i location
curl -s https://github.com/a/b; echo $?
kubectl apply -f https://github.com/a/b.yaml; echo $?
curl -s https://no-such-name.example.net; echo $?`,
    1,
  );
  expect(out).toMatch(
    /^1 packets transmitted, 1 received, 0% packet loss.*\nAddress: [\d.]+\n<h1>Example Domain<\/h1>\nlocation: https:\/\/github.com\/a\/b\r?\n70\n70\n6\n$/,
  );
  expect(err).toContain('k8s-lab: https://github.com/a/b is not simulated\nk8s-lab: https://github.com/a/b.yaml is not simulated\n');
});

/** The few places on the web that courses go to, as servers beyond the machines' router. Everything else has no name. */
import type { Registries } from '../../images/registries.ts';
import type { Fabric } from '../../linux/fabric.ts';
import { executableText } from '../../linux/file-node.ts';
import { NetworkNamespace, serve } from '../../linux/network.ts';
import { type DnsServer, dnsProtocol, type HttpResponse, type HttpServer, httpProtocol } from '../../linux/protocols.ts';
import { own } from '../../sim/own.ts';
import { sleep } from '../../sim/routine.ts';
import { archiveOf, nerdctlFull } from '../machine/bundles.ts';
import { newest } from '../releases.ts';
import { chartFile } from './charts.ts';
import { chartRepositories } from './charts-text.ts';
import { answerSearch } from './hub-search.ts';
import { kubernetesExample } from './k8s-examples.ts';
import { kubernetesBinary, kubernetesIndex, kubernetesKey, kubernetesPackage } from './kubernetes-packages.ts';
import { localPathStorage } from './local-path-storage-text.ts';
import { metricsServerComponents } from './metrics-server-text.ts';
import { alpineIndex, alpinePackage, debianIndex, debianPackage } from './packages.ts';
import { answerRegistry, answerToken } from './registry-http.ts';

/** Names and addresses of those servers. */
const webHosts: Readonly<Record<string, string>> = {
  'github.com': '140.82.121.4',
  'raw.githubusercontent.com': '185.199.108.133',
  'registry-1.docker.io': '34.197.30.9',
  'auth.docker.io': '34.226.69.105',
  'index.docker.io': '34.197.30.10',
  'registry.k8s.io': '34.96.108.209',
  'quay.io': '34.224.196.162',
  'ghcr.io': '140.82.113.33',
  'gcr.io': '142.250.152.82',
  'mcr.microsoft.com': '150.171.70.10',
  'public.ecr.aws': '75.101.224.7',
  'mirror.gcr.io': '142.250.152.83',
  'us-docker.pkg.dev': '142.250.152.84',
  'k8s.gcr.io': '34.96.108.210',
  'docker.elastic.co': '34.68.230.98',
  'deb.debian.org': '151.101.2.132',
  'archive.ubuntu.com': '91.189.91.81',
  'dl-cdn.alpinelinux.org': '151.101.130.132',
  'pkgs.k8s.io': '34.107.204.207',
  'dl.k8s.io': '34.107.204.208',
  'k8s.io': '34.107.204.206',
  'kubernetes.io': '3.33.186.135',
  'kubernetes-sigs.github.io': '185.199.109.153',
  'stefanprodan.github.io': '185.199.110.153',
  'charts.bitnami.com': '18.160.10.30',
  'example.com': '104.20.23.154',
  'info.cern.ch': '188.184.67.127',
  'google.com': '142.250.206.14',
  'www.google.com': '142.250.206.4',
  'dns.google': '8.8.8.8',
  'one.one.one.one': '1.1.1.1',
};

type Page = {
  readonly host: keyof typeof webHosts;
  readonly path: RegExp;
  /** Undefined where there is nothing under that name. */
  readonly answer: (version: string) => { readonly text: string } | { readonly location: string } | undefined;
};

const releases = '/kubernetes-sigs/metrics-server/releases';
const latestMetricsServer = 'v0.8.0';

const textOf = (text: string | undefined) => (text === undefined ? undefined : { text });
const example = (path: string) => textOf(kubernetesExample(path));

/** What a page has that is only asked for to see whether one gets there. */
const front = (title: string) => () => ({ text: `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n` });

const pages: readonly Page[] = [
  { host: 'example.com', path: /^\/$/, answer: front('Example Domain') },
  { host: 'www.google.com', path: /^\/$/, answer: front('Google') },
  { host: 'info.cern.ch', path: /^\/$/, answer: front('http://info.cern.ch - home of the first website') },
  { host: 'google.com', path: /^\/$/, answer: () => ({ location: 'https://www.google.com/' }) },
  { host: 'dns.google', path: /^\/$/, answer: front('Google Public DNS') },
  ...(['deb.debian.org', 'archive.ubuntu.com'] as const).flatMap((host): Page[] => [
    { host, path: /^\/(?:debian|ubuntu)\/dists\/[\w-]+\/main\/binary-amd64\/Packages$/, answer: () => ({ text: debianIndex() }) },
    { host, path: /^\/(?:debian|ubuntu)\/(pool\/main\/.+\.deb)$/, answer: (file) => textOf(debianPackage(file)) },
  ]),
  { host: 'dl-cdn.alpinelinux.org', path: /^\/alpine\/v3\.\d+\/main\/x86_64\/APKINDEX\.tar\.gz$/, answer: () => ({ text: alpineIndex() }) },
  { host: 'dl-cdn.alpinelinux.org', path: /^\/alpine\/v3\.\d+\/community\/x86_64\/APKINDEX\.tar\.gz$/, answer: () => ({ text: '' }) },
  { host: 'dl-cdn.alpinelinux.org', path: /^\/alpine\/v3\.\d+\/main\/x86_64\/(.+\.apk)$/, answer: (file) => textOf(alpinePackage(file)) },
  ...chartRepositories.map(
    ({ host, path }): Page => ({ host, path: new RegExp(`^${path}/([\\w.-]+)$`), answer: (file) => textOf(chartFile(host, path, file)) }),
  ),
  { host: 'pkgs.k8s.io', path: /^\/core:\/stable:\/v(\d+\.\d+)\/deb\/Packages$/, answer: (minor) => textOf(kubernetesIndex(minor)) },
  { host: 'pkgs.k8s.io', path: /^\/core:\/stable:\/v\d+\.\d+\/deb\/Release\.key$/, answer: () => ({ text: kubernetesKey }) },
  { host: 'pkgs.k8s.io', path: /^\/core:\/stable:\/v\d+\.\d+\/deb\/amd64\/(.+)_amd64\.deb$/, answer: (name) => textOf(kubernetesPackage(name)) },
  { host: 'dl.k8s.io', path: /^\/release\/stable(?:-1\.35)?\.txt$/, answer: () => ({ text: newest.version }) },
  {
    host: 'dl.k8s.io',
    path: /^\/(?:release\/)?v([\d.]+\/bin\/linux\/amd64\/kube(?:ctl|adm|let)(?:\.sha256)?)$/,
    answer: (path) => textOf(kubernetesBinary(path)),
  },
  { host: 'k8s.io', path: /^\/(examples\/.+)$/, answer: (path) => ({ location: `https://kubernetes.io/${path}` }) },
  { host: 'kubernetes.io', path: /^\/examples\/(.+)$/, answer: example },
  { host: 'raw.githubusercontent.com', path: /^\/kubernetes\/website\/(?:main|master)\/content\/en\/examples\/(.+)$/, answer: example },
  {
    host: 'raw.githubusercontent.com',
    path: /^\/rancher\/local-path-provisioner\/(?:refs\/(?:heads|tags)\/)?(master|v0\.0\.\d+)\/deploy\/local-path-storage\.yaml$/,
    answer: () => ({ text: localPathStorage }),
  },
  {
    host: 'github.com',
    path: /^\/kubernetes-sigs\/metrics-server\/releases\/latest\/download\/(components\.yaml)$/,
    answer: (file) => ({ location: `https://github.com${releases}/download/${latestMetricsServer}/${file}` }),
  },
  {
    host: 'github.com',
    path: /^\/kubernetes-sigs\/metrics-server\/releases\/download\/(v0\.[78]\.\d)\/components\.yaml$/,
    answer: (version) => ({ text: metricsServerComponents(version) }),
  },
  {
    host: 'github.com',
    path: /^\/docker\/compose\/releases\/(?:download\/v\d+\.\d+\.\d+|latest\/download)\/(docker-compose)-linux-x86_64$/,
    answer: (program) => ({ text: executableText(program, 31_000_000) }),
  },
  {
    host: 'github.com',
    path: /^\/docker\/buildx\/releases\/download\/(v\d+\.\d+\.\d+)\/buildx-v\d+\.\d+\.\d+\.linux-amd64$/,
    answer: () => ({ text: executableText('docker-buildx', 72_000_000) }),
  },
  {
    host: 'github.com',
    path: /^\/sigstore\/cosign\/releases\/(?:download\/v\d+\.\d+\.\d+|latest\/download)\/(cosign)-linux-amd64$/,
    answer: (program) => ({ text: executableText(program, 120_000_000) }),
  },
  {
    host: 'github.com',
    path: /^\/notaryproject\/notation\/releases\/download\/v\d+\.\d+\.\d+\/(notation)_\d+\.\d+\.\d+_linux_amd64\.tar\.gz$/,
    answer: (program) => ({ text: archiveOf({ programs: { [program]: [program, 18] } }) }),
  },
  {
    host: 'github.com',
    path: /^\/containerd\/nerdctl\/releases\/download\/(v\d+\.\d+\.\d+)\/nerdctl-full-\d+\.\d+\.\d+-linux-amd64\.tar\.gz$/,
    answer: () => ({ text: archiveOf(nerdctlFull) }),
  },
];

/** Knows these names, and no others: the resolver of the machines' network, and the public ones. */
export const resolver: DnsServer = {
  *query(asked, type) {
    yield* sleep(2);
    const name = asked.toLowerCase();
    const data = own(webHosts, name);
    if (data === undefined) return { code: 'NXDOMAIN', records: [], authoritative: false };
    return { code: 'NOERROR', records: type === 'A' ? [{ name, type: 'A', ttl: 60, data }] : [], authoritative: false };
  },
};

const tokenPlaces: ReadonlySet<string> = new Set(['auth.docker.io/token', 'quay.io/v2/auth', 'ghcr.io/token']);

/** Hosts that answer plain HTTP as well; all others send one on to https. */
const plainHosts: ReadonlySet<string> = new Set(['example.com', 'info.cern.ch', 'www.google.com', 'deb.debian.org', 'archive.ubuntu.com']);

const redirection: HttpServer = {
  *handle({ host, path }) {
    yield* sleep(20);
    const name = host.replace(/:80$/, '');
    return plainHosts.has(name) ? respond(name, path) : { status: 301, headers: { location: `https://${name}${path}` }, body: '' };
  },
};

const newServer = (registries: () => Registries): HttpServer => ({
  tls: true,
  publiclyTrusted: true,
  *handle(request) {
    const { path } = request;
    const host = request.host.replace(/:443$/, '');
    yield* sleep(40);
    if (tokenPlaces.has(`${host}${path.split('?')[0]}`)) return answerToken(request);
    if (host === 'index.docker.io' && path.startsWith('/v1/search?')) return answerSearch(registries().registry('docker.io'), path);
    const registry = /^\/v2(\/|$)/.test(path) ? registries().registry(host) : undefined;
    if (registry) return yield* answerRegistry(registry, request);
    return respond(host, path.split('?')[0] ?? '');
  },
});

const plain = { 'content-type': 'text/plain; charset=utf-8' };

function respond(host: string, path: string): HttpResponse {
  for (const page of pages) {
    const match = page.host === host ? page.path.exec(path) : null;
    if (!match) continue;
    const answer = page.answer(match[1] ?? '');
    if (!answer) continue;
    return 'text' in answer ? { status: 200, headers: plain, body: answer.text } : { status: 302, headers: { location: answer.location }, body: '' };
  }
  return { status: 501, headers: plain, body: `k8s-lab: https://${host}${path} is not simulated`, notSimulated: true };
}

/** Puts the servers on the network. */
export function attachWeb(fabric: Fabric, registries: () => Registries): void {
  const namespace = new NetworkNamespace(0, 'web');
  const addresses = Object.values(webHosts).map((address) => `${address}/32`);
  namespace.interfaces.set('eth0', { name: 'eth0', mac: '02:42:ac:1e:01:02', mtu: 1500, up: true, addresses, kind: 'ethernet' });
  namespace.listen({ transport: 'tcp', address: '0.0.0.0', port: 80, pid: 0, servers: new Map([serve(httpProtocol, redirection)]) });
  namespace.listen({ transport: 'tcp', address: '0.0.0.0', port: 443, pid: 0, servers: new Map([serve(httpProtocol, newServer(registries))]) });
  namespace.listen({ transport: 'udp', address: '0.0.0.0', port: 53, pid: 0, servers: new Map([serve(dnsProtocol, resolver)]) });
  fabric.attach(namespace);
}

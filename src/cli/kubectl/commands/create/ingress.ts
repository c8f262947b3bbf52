/** create ingress: kubernetes kubectl/pkg/cmd/create/create_ingress.go. */
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { defined, type Obj } from '../../json.ts';
import { createObject } from './generator.ts';

export const createIngress: CommandEntry = {
  path: 'create ingress',
  aliases: ['ing'],
  short: 'Create an ingress with the specified name',
  examples:
    "# All paths of a host go to a service\nkubectl create ingress web --rule='shop.example.com/*=web:80'\n\n# One path, with TLS\nkubectl create ingress web --class=nginx --rule='shop.example.com/cart=cart:80,tls=shop-tls'",
  *run(k) {
    const name = k.requireName();
    const rules = k.flags.list('rule');
    const fallback = k.flags.text('default-backend');
    if (rules.length === 0 && fallback === '')
      throw new KubectlError(
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
      );
    for (const rule of rules)
      if (!rulePattern.test(rule)) throw new KubectlError(`rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    if (fallback !== '' && !/^[a-z0-9-]+:[a-z0-9-]+$/i.test(fallback)) throw new KubectlError('default-backend should be in format servicename:serviceport');
    const annotations = annotationsOf(k.flags.list('annotation'));
    const spec = defined({
      ingressClassName: k.flags.text('class') || undefined,
      defaultBackend: fallback === '' ? undefined : backend(fallback),
      tls: tlsOf(rules),
      rules: rulesOf(rules),
    });
    yield* createObject(
      k,
      () => ({ kind: 'Ingress', apiVersion: 'networking.k8s.io/v1', metadata: defined({ name, annotations }), spec, status: { loadBalancer: {} } }),
      { failure: 'ingress' },
    );
  },
};

/** Upstream's pattern, whose end is open. */
const rulePattern = /^[\w*.-]*\/.*=[\w-]+:[\w-]+/;

function annotationsOf(pairs: readonly string[]): Obj | undefined {
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new KubectlError(`annotation ${pair} is invalid and should be in format key=[value]`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function backend(text: string): Obj {
  const [name = '', port = ''] = text.split(':');
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}

type Rule = { readonly host: string; readonly path: string; readonly service: string; readonly tls: string | undefined };

function parseRule(rule: string): Rule {
  const [main = '', tls, ...more] = rule.split(',');
  const equals = main.indexOf('=');
  const where = main.slice(0, equals);
  const slash = where.indexOf('/');
  return {
    host: slash < 0 ? where : where.slice(0, slash),
    path: slash < 0 ? '' : where.slice(slash),
    service: main.slice(equals + 1),
    tls: tls === undefined || more.length > 0 ? undefined : (tls.split('=')[1] ?? ''),
  };
}

function rulesOf(rules: readonly string[]): readonly Obj[] | undefined {
  if (rules.length === 0) return undefined;
  const byHost = new Map<string, Obj[]>();
  for (const { host, path, service } of rules.map(parseRule)) {
    const prefix = path.endsWith('*');
    const entry = { path: prefix ? path.slice(0, -1) : path, pathType: prefix ? 'Prefix' : 'Exact', backend: backend(service) };
    byHost.set(host, [...(byHost.get(host) ?? []), entry]);
  }
  return [...byHost].map(([host, paths]) => defined({ host: host || undefined, http: { paths } }));
}

function tlsOf(rules: readonly string[]): readonly Obj[] | undefined {
  const bySecret = new Map<string, string[]>();
  for (const { host, tls } of rules.map(parseRule)) {
    if (tls === undefined) continue;
    const hosts = bySecret.get(tls) ?? [];
    bySecret.set(tls, host === '' || hosts.includes(host) ? hosts : [...hosts, host]);
  }
  if (bySecret.size === 0) return undefined;
  return [...bySecret].map(([secretName, hosts]) => defined({ hosts: hosts.length > 0 ? hosts : undefined, secretName: secretName || undefined }));
}

/** What components serve on their own ports beside what they are for: health, metrics, flags, configuration (kubernetes component-base, apiserver/pkg/server). */
import { exposition, type Family, metricsHeaders, processFamilies } from '../../apimachinery/metrics.ts';
import type { Client } from '../../client/client.ts';
import { type Delegation, refusePath } from '../../client/component-helpers/delegated-auth.ts';
import type { Process } from '../../linux/process.ts';
import type { HttpResponse, HttpServer } from '../../linux/protocols.ts';
import { buildInfo, versionOf } from '../releases.ts';
import type { Flags } from './component.ts';

const page = (status: number, body: string, headers: HttpResponse['headers'] = { 'content-type': 'text/plain; charset=utf-8' }): HttpResponse => ({
  status,
  headers,
  body,
});

/** The text of /metrics of a component of Kubernetes, or of another program without `kubernetes_build_info`. */
export function metricsPage(process: Process, startedAt: number, families: readonly Family[], ofKubernetes = true): HttpResponse {
  const own = processFamilies(
    { startedAt, memoryBytes: process.memoryBytes, cpuSeconds: (process.sim.now - startedAt) / 100_000 },
    ofKubernetes ? buildInfo(versionOf(process)) : undefined,
  );
  return page(200, exposition([...families, ...own]), metricsHeaders);
}

type Pages = {
  readonly process: Process;
  readonly client: Client;
  readonly flags: Flags;
  readonly families: () => readonly Family[];
};

/** The secure port of kube-scheduler and kube-controller-manager: health is for everybody, the rest is asked of the apiserver. */
export function controlPlanePages({ process, client, flags, families }: Pages): HttpServer {
  const startedAt = process.sim.now;
  const delegation = (): Delegation => {
    const clientCa = clientCaOf(process, client, flags);
    return { client, now: process.now, ...(clientCa !== undefined && { clientCa }) };
  };
  const pages: Readonly<Record<string, () => HttpResponse>> = {
    '/metrics': () => metricsPage(process, startedAt, families()),
    '/configz': () => page(200, '{}', { 'content-type': 'application/json' }),
  };
  return {
    tls: true,
    *handle(request) {
      const [path = '', query = ''] = request.path.split('?');
      if (/^\/(?:healthz|livez|readyz)$/.test(path))
        return page(200, new URLSearchParams(query).has('verbose') ? `[+]leaderElection ok\n${path.slice(1)} check passed\n` : 'ok');
      return refusePath(delegation(), request) ?? pages[path]?.() ?? page(404, '404 page not found\n');
    },
  };
}

/** `--client-ca-file`, else what the apiserver publishes of its own. */
function clientCaOf({ fs }: Process, client: Client, flags: Flags): string | undefined {
  const path = flags.get('client-ca-file');
  if (path !== undefined) return fs.exists(path) ? fs.read(path) : undefined;
  return client.get('configmaps', { namespace: 'kube-system', name: 'extension-apiserver-authentication' })?.data?.['client-ca-file'];
}

/** `leader_election_master_status`. */
export const leaderFamily = (name: string, leads: boolean): Family => ({
  name: 'leader_election_master_status',
  type: 'gauge',
  stability: 'ALPHA',
  help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
  samples: [[`name="${name}"`, leads ? 1 : 0]],
});

/** What some of kube-apiserver's flags need of the machine: webhooks over the network, the audit log's files, names of admission plugins. */
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import { isPluginName } from '../../apiserver/admission/chain.ts';
import type { AuditPolicy } from '../../apiserver/audit-log.ts';
import type { ApiServerOptions, WebhookCall } from '../../apiserver/context.ts';
import { Errno } from '../../linux/errno.ts';
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { httpProtocol } from '../../linux/protocols.ts';
import { type Flags, fatal } from './component.ts';

type Extensions = Pick<ApiServerOptions, 'postToWebhook' | 'auditLog' | 'enableAdmissionPlugins' | 'disableAdmissionPlugins'>;

/** Ends the process, as upstream does, when a flag names something that is not there. */
export function* extensionsOf(process: Process, set: Flags): Generator<never, Extensions, void> {
  const list = (name: string): string[] => (set.get(name) ?? '').split(',').filter(Boolean);
  const failed = function* (text: string): Generator<never, never, void> {
    return yield* fatal(process, 'run.go:72', `"command failed" err=${JSON.stringify(text)}`) as Generator<never, never, void>;
  };
  for (const flag of ['enable-admission-plugins', 'disable-admission-plugins'])
    for (const name of list(flag)) if (!isPluginName(name)) yield* failed(`${flag} plugin "${name}" is unknown`);
  const policy = auditPolicy(process, set.get('audit-policy-file'));
  if (typeof policy === 'string') return yield* failed(policy);
  const path = set.get('audit-log-path');
  return {
    postToWebhook: (call) => post(process, call),
    enableAdmissionPlugins: list('enable-admission-plugins'),
    disableAdmissionPlugins: list('disable-admission-plugins'),
    ...(policy && path !== undefined && { auditLog: { policy, write: (line: string) => write(process, path, `${line}\n`) } }),
  };
}

function auditPolicy(process: Process, path: string | undefined): AuditPolicy | string | undefined {
  if (path === undefined) return undefined;
  try {
    const policy = parseYaml(process.fs.read(path)) as (AuditPolicy & { readonly kind?: string }) | null;
    if (policy?.kind !== 'Policy') return `loading audit policy file: failed decoding: file path "${path}": no kind "${policy?.kind ?? ''}" is registered`;
    if (!policy.rules?.length) return `loading audit policy file: loaded illegal policy with 0 rules from file ${path}`;
    return policy;
  } catch (error) {
    if (error instanceof Errno) return `loading audit policy file: failed to read file path "${path}": open ${path}: ${error.message.toLowerCase()}`;
    if (error instanceof YamlError) return `loading audit policy file: failed decoding: file path "${path}": ${error.message}`;
    throw error;
  }
}

function write(process: Process, path: string, text: string): void {
  if (path === '-') return void process.sim.go(process.print(text));
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (folder !== '' && !process.fs.exists(folder)) process.fs.mkdir(folder, { parents: true, mode: 0o700 });
  process.fs.write(path, text, { append: true, mode: 0o600 });
}

/**
 * The apiserver handles a request in one moment, so a webhook's answer must come in that moment too: a server that waits for something before it
 * answers has missed its time.
 */
function post(process: Process, { address, port, path, body, trusted, seconds }: WebhookCall): ReturnType<NonNullable<Extensions['postToWebhook']>> {
  try {
    const server = dial(httpProtocol, process.namespaces.network, address, port, process.sim.random);
    if (!server.tls) return { error: 'http: server gave HTTP response to HTTPS client' };
    if (!trusted && !server.publiclyTrusted) return { error: 'tls: failed to verify certificate: x509: certificate signed by unknown authority' };
    const headers = { 'content-type': 'application/json', 'user-agent': 'kube-apiserver-admission' };
    const answer = server.handle({ method: 'POST', path, host: address, headers, body, remoteAddress: process.namespaces.network.sourceAddress() });
    const step = answer.next();
    if (step.done) return step.value;
    answer.return(undefined as never);
    return { error: 'context deadline exceeded' };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.code === 'ETIMEDOUT' && seconds <= 30) return { error: 'context deadline exceeded' };
    return { error: `dial tcp ${address}:${port}: connect: ${error.message.toLowerCase()}` };
  }
}

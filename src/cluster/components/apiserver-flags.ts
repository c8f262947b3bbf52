/** What some of kube-apiserver's flags need of the machine: webhooks over the network, the audit log's files, names of admission plugins. */
import { parseGoDuration } from '../../apimachinery/duration.ts';
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import { isPluginName, isSimulated } from '../../apiserver/admission/chain.ts';
import type { AuditPolicy } from '../../apiserver/audit-log.ts';
import type { AuthorizationMode } from '../../apiserver/authz/authorizer.ts';
import type { ApiServerOptions, WebhookCall } from '../../apiserver/context.ts';
import { type EncryptionConfig, encryptionErrors } from '../../apiserver/encryption.ts';
import type { UserInfo } from '../../interfaces/rest.ts';
import { Errno } from '../../linux/errno.ts';
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { httpProtocol } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Flags, fatal, notSimulated } from './component.ts';

type Extensions = Pick<
  ApiServerOptions,
  | 'postToWebhook'
  | 'auditLog'
  | 'enableAdmissionPlugins'
  | 'disableAdmissionPlugins'
  | 'authentication'
  | 'authorizationModes'
  | 'encryption'
  | 'eventTtlSeconds'
  | 'serviceAccountIssuer'
>;

/** Values of flags that say nothing else than the lab does; any other is not simulated. */
const asItIs: Readonly<Record<string, readonly string[]>> = {
  'runtime-config': [''],
  'service-node-port-range': ['30000-32767'],
};
const modes: readonly string[] = ['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny'];

/** Ends the process, as upstream does, when a flag names something that is not there. */
export function* extensionsOf(process: Process, set: Flags): Routine<Extensions> {
  const list = (name: string): string[] => (set.get(name) ?? '').split(',').filter(Boolean);
  const failed = (text: string): Routine<never> => fatal(process, 'run.go:72', `"command failed" err=${JSON.stringify(text)}`);
  for (const flag of ['enable-admission-plugins', 'disable-admission-plugins'])
    for (const name of list(flag)) {
      if (!isPluginName(name)) yield* failed(`${flag} plugin "${name}" is unknown`);
      if (flag.startsWith('enable') && !isSimulated(name)) yield* notSimulated(process, `the admission plugin ${name}`);
    }
  for (const [flag, values] of Object.entries(asItIs))
    if (!values.includes(set.get(flag) ?? values[0] ?? '')) yield* notSimulated(process, `--${flag}=${set.get(flag)}`);
  const authorizationModes = list('authorization-mode');
  for (const mode of authorizationModes) {
    if (['Webhook', 'ABAC'].includes(mode)) yield* notSimulated(process, `--authorization-mode=${mode}`);
    if (!modes.includes(mode)) yield* failed(`authorization-mode "${mode}" is not a valid mode`);
  }
  const staticTokens = tokensOf(process, set.get('token-auth-file'));
  if (typeof staticTokens === 'string') return yield* failed(staticTokens);
  const encryption = encryptionOf(process, set.get('encryption-provider-config'));
  if (typeof encryption === 'string') return yield* failed(encryption);
  if (encryption?.resources?.some(({ providers }) => providers?.some(({ kms }) => kms))) yield* notSimulated(process, 'the encryption provider kms');
  const eventTtlSeconds = parseGoDuration(set.get('event-ttl') ?? '1h0m0s');
  const policy = auditPolicy(process, set.get('audit-policy-file'));
  if (typeof policy === 'string') return yield* failed(policy);
  const path = set.get('audit-log-path');
  return {
    postToWebhook: (call) => post(process, call),
    authentication: {
      clock: () => process.now,
      noAnonymous: set.get('anonymous-auth') === 'false',
      noBootstrapTokens: set.get('enable-bootstrap-token-auth') !== 'true',
      ...(staticTokens && { staticTokens }),
    },
    authorizationModes: (authorizationModes.length > 0 ? authorizationModes : ['AlwaysAllow']) as AuthorizationMode[],
    ...(encryption && { encryption }),
    ...(set.has('service-account-issuer') && { serviceAccountIssuer: set.get('service-account-issuer') as string }),
    ...(eventTtlSeconds !== undefined && { eventTtlSeconds: eventTtlSeconds / 1000 }),
    enableAdmissionPlugins: list('enable-admission-plugins'),
    disableAdmissionPlugins: list('disable-admission-plugins'),
    ...(policy && path !== undefined && { auditLog: { policy, write: (line: string) => write(process, path, `${line}\n`) } }),
  };
}

/** `--token-auth-file`: token,user,uid,"group1,group2". The text of what is wrong. */
function tokensOf(process: Process, path: string | undefined): ReadonlyMap<string, UserInfo> | string | undefined {
  if (path === undefined) return undefined;
  if (!process.fs.exists(path)) return `open ${path}: no such file or directory`;
  const tokens = new Map<string, UserInfo>();
  for (const line of process.fs
    .read(path)
    .split('\n')
    .filter((each) => each.trim() !== '')) {
    const columns = [...line.matchAll(/(?:^|,)\s*(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, bare]) => (quoted ?? bare ?? '').trim());
    const [token = '', name = '', uid = '', groups = ''] = columns;
    if (columns.length < 3) return `token file '${path}' must have at least 3 columns (token, user name, user uid), found ${columns.length}`;
    tokens.set(token, { name, uid, groups: [...groups.split(',').filter(Boolean), 'system:authenticated'] });
  }
  return tokens;
}

function encryptionOf(process: Process, path: string | undefined): EncryptionConfig | string | undefined {
  if (path === undefined) return undefined;
  const file = `encryption provider configuration file ${JSON.stringify(path)}`;
  if (!process.fs.exists(path)) return `error opening ${file}: open ${path}: no such file or directory`;
  try {
    const config = parseYaml(process.fs.read(path)) as EncryptionConfig | null;
    if (config?.kind !== 'EncryptionConfiguration') return `error decoding ${file}: no kind ${JSON.stringify(config?.kind ?? '')} is registered`;
    const errors = encryptionErrors(config);
    return errors.length === 0 ? config : `error while parsing file: ${errors.length > 1 ? `[${errors.join(', ')}]` : errors[0]}`;
  } catch (error) {
    if (error instanceof YamlError) return `error decoding ${file}: ${error.message}`;
    throw error;
  }
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

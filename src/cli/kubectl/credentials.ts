/** Who one is to the server, by what a kubeconfig says of its user: kubernetes client-go/tools/clientcmd client_config.go, validation.go. */
import type { Process } from '../../linux/process.ts';
import { own } from '../../sim/own.ts';
import { remembered } from '../../sim/remembered.ts';
import { KubectlError, notSimulated } from './errors.ts';
import type { FlagValues } from './flags.ts';
import { defined, type Obj, obj, objs, text } from './json.ts';

/** Throws KubectlError with clientcmd's texts. */
export function credentialsOf(
  process: Process,
  flags: FlagValues,
  user: Obj,
  { contextUser, inClusterToken }: { readonly contextUser: string; readonly inClusterToken: string | undefined },
): Obj & { clientCertificate?: string; token?: string } {
  const name = flags.text('user') || contextUser;
  const file = (key: 'client-certificate' | 'client-key'): string => flags.text(key) || (user[`${key}-data`] ? '' : text(user[key]));
  const [certificateFile, keyFile] = [file('client-certificate'), file('client-key')];
  const problems: string[] = [];
  const read = (path: string, what: string): string => {
    const full = process.path(path);
    if (process.fs.exists(full)) return process.fs.read(full);
    problems.push(`unable to read ${what} ${path} for ${name} due to open ${path}: no such file or directory`);
    return '';
  };
  if (certificateFile !== '' && keyFile === '' && !user['client-key-data'])
    problems.push(`client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`);
  const certificate = certificateFile === '' ? decodeBase64(text(user['client-certificate-data'])) : read(certificateFile, 'client-cert');
  if (keyFile !== '') read(keyFile, 'client-key');
  const tokenFile = text(user['tokenFile']);
  const token = flags.text('token') || text(user['token']) || readToken(process, tokenFile) || inClusterToken;
  const plugin = user['exec'] === undefined ? undefined : obj(user['exec']);
  if (plugin) problems.push(...pluginProblems(plugin, name));
  if (problems.length === 1) throw new KubectlError(problems[0] ?? '');
  if (problems.length > 1) throw new KubectlError(`Error in configuration: \n${problems.map((each) => `* ${each}`).join('\n')}`, { bare: true });
  const methods = [token !== '' && token !== undefined && user['token'] !== undefined ? 'token' : '', text(user['username']) === '' ? '' : 'basicAuth'].filter(
    Boolean,
  );
  if (methods.length > 1) throw new KubectlError(`more than one authentication method found for ${name}; found [${methods.join(' ')}], only one is allowed`);
  if (user['auth-provider'] !== undefined) throw providerProblem(obj(user['auth-provider']));
  if (plugin && !/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(text(plugin['apiVersion'])))
    throw new KubectlError(`exec plugin: invalid apiVersion ${JSON.stringify(text(plugin['apiVersion']))}`);
  if (plugin) throw notSimulated(`the exec credential plugin ${text(plugin['command'])}`);
  return defined({ clientCertificate: certificate || undefined, token: token || undefined });
}

function readToken(process: Process, path: string): string {
  if (path === '') return '';
  const full = process.path(path);
  if (!process.fs.exists(full)) throw new KubectlError(`open ${path}: no such file or directory`);
  return process.fs.read(full).trim();
}

/** client-go/plugin/pkg/client/auth: one of the three that there were is left, and it needs a provider outside. */
function providerProblem({ name, config }: Obj): Error {
  const removed: Readonly<Record<string, string>> = {
    azure: `The azure auth plugin has been removed.\nPlease use the https://github.com/Azure/kubelogin kubectl/client-go credential plugin instead.\nSee https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins for further details`,
    gcp: `The gcp auth plugin has been removed.\nPlease use the "gke-gcloud-auth-plugin" kubectl/client-go credential plugin instead.\nSee https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke for further details`,
  };
  const provider = text(name);
  const gone = own(removed, provider);
  if (gone !== undefined) return new KubectlError(gone);
  if (provider !== 'oidc') return new KubectlError(`no Auth Provider found for name "${provider}"`);
  const missing = ['idp-issuer-url', 'client-id'].find((field) => text(obj(config)[field]) === '');
  return missing === undefined ? notSimulated('the auth provider oidc') : new KubectlError(`Must provide ${missing}`);
}

/** client-go/tools/clientcmd/validation.go validateAuthInfo */
function pluginProblems(plugin: Obj, name: string): string[] {
  const mode = text(plugin['interactiveMode']);
  const missing = ['command', 'apiVersion'].filter((field) => text(plugin[field]) === '');
  const problems = missing.map((field) => `${field} must be specified for ${name} to use exec authentication plugin`);
  if (objs(plugin['env']).some((variable) => text(variable['name']) === ''))
    problems.push(`env variable name must be specified for ${name} to use exec authentication plugin`);
  if (mode === '' && !text(plugin['apiVersion']).includes('/v1beta'))
    problems.push(`interactiveMode must be specified for ${name} to use exec authentication plugin`);
  else if (!['', 'Never', 'IfAvailable', 'Always'].includes(mode)) problems.push(`invalid interactiveMode for ${name}: "${mode}"`);
  return problems;
}

/** What stands in a `…-data` field. */
export const decodeBase64 = remembered((value: string): string => Buffer.from(value, 'base64').toString('utf8'));

/** The kubelet as a process. */
import type { Pod } from '../../api/types.ts';
import { type FieldError, invalidValue, toText } from '../../apimachinery/field-error.ts';
import { validateDnsSubdomain } from '../../apimachinery/names.ts';
import { validatePod } from '../../apiserver/validation/pod.ts';
import { Client } from '../../client/client.ts';
import { EventRecorder } from '../../client/recorder.ts';
import { kubeletProtocol } from '../../interfaces/kubelet.ts';
import { type RestServer, restProtocol } from '../../interfaces/rest.ts';
import { ConfigurationError, decodeConfiguration } from '../../kubelet/configuration/decode.ts';
import { configurationProblem } from '../../kubelet/configuration/validate.ts';
import { runKubelet } from '../../kubelet/kubelet.ts';
import { Errno } from '../../linux/errno.ts';
import { serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { buildInfo, minorOf, versionOf } from '../releases.ts';
import type { Trace } from '../trace.ts';
import { describeKubelet } from '../walls.ts';
import { connection, fatal, healthServer, klog, listen, readKubeconfig, serveHttp, untilTerminated, warnOfGates } from './component.ts';
import { containerRuntime, failed } from './container-runtime.ts';
import { gateProblem } from './feature-gates.ts';
import { bootstrapCertificate } from './kubelet-bootstrap.ts';
import { readKubeletFlags, withFlags } from './kubelet-flags.ts';

/** The kubelet as a process: cmd/kubelet/app/server.go. */
export const newKubelet = (trace: Trace): Program =>
  function* (argv, process) {
    const version = versionOf(process);
    const { set, config: flagged } = yield* readKubeletFlags(process, argv, version);
    const config: Readonly<Record<string, unknown>> = {
      ...withFlags(yield* readConfiguration(process, set.get('config')), flagged),
      ...taintsOf(set.get('register-with-taints')),
    };
    const gates = (config['featureGates'] ?? {}) as Readonly<Record<string, boolean>>;
    const gate = gateProblem(gates, version);
    if (gate !== undefined)
      yield* fatal(process, 'run.go:72', `"command failed" err=${JSON.stringify(`failed to set feature gates from initial flags-based config: ${gate}`)}`);
    yield* warnOfGates(process, gates, version);
    const problem = configurationProblem(config);
    if (problem !== undefined) yield* fatal(process, 'run.go:72', `"command failed" err=${JSON.stringify(problem)}`);
    const kubeconfig = set.get('kubeconfig') ?? '/etc/kubernetes/kubelet.conf';
    const nodeName = set.get('hostname-override') ?? process.kernel.hostname;
    const bootstrap = set.get('bootstrap-kubeconfig') ?? '';
    if (!process.fs.exists(kubeconfig) && process.fs.exists(bootstrap)) yield* bootstrapCertificate(process, bootstrap, kubeconfig, nodeName);
    const { endpoint, credentials, secure } = yield* access(process, kubeconfig);
    const client = new Client({
      server: connection<RestServer>(process, restProtocol, endpoint, secure),
      url: `https://${endpoint.host}:${endpoint.port}`,
      credentials,
      userAgent: `kubelet/${version}`,
      network: process.namespaces.network,
    });
    const clientCa = (config as { authentication?: { x509?: { clientCAFile?: string } } }).authentication?.x509?.clientCAFile ?? '';
    if (clientCa !== '' && !process.fs.exists(clientCa)) {
      const why = `unable to load client CA file ${clientCa}: open ${clientCa}: no such file or directory`;
      if (minorOf(version) < 24) yield* fatal(process, 'server.go:206', `"Failed to construct kubelet dependencies" err="${why}"`);
      yield* fatal(process, 'run.go:72', `"command failed" err="failed to construct kubelet dependencies: ${why}"`);
    }
    const cri = yield* containerRuntime({ process, set, config, version, trace, nodeName });
    if (process.kernel.swaps.length > 0 && config['failSwapOn'] !== false && set.get('fail-swap-on') !== 'false')
      yield* failed(process, version, 'running with swap on is not supported, please disable swap or set --fail-swap-on flag to false');
    process.allocate(90 * 1024 * 1024);
    process.steady(22);
    const kubelet = runKubelet({
      sim: process.sim,
      kernel: process.kernel,
      fs: process.fs,
      nodeName,
      nodeIp: set.get('node-ip') ?? process.kernel.host.network.sourceAddress(),
      config,
      cri,
      client: () => client,
      recorder: new EventRecorder(process.sim, client, { component: 'kubelet', host: nodeName }),
      log: (text) => void process.sim.go(process.printError(text.endsWith('\n') ? text : `${text}\n`)),
      pid: process.pid,
      version,
      build: buildInfo(version),
      nodeLabels: labels(set.get('node-labels')),
      validatePod: (pod) => [...metadataProblems(pod), ...validatePod(pod)].map(toText),
    });
    listen(process, '0.0.0.0', 10250, [
      serve(kubeletProtocol, trace.around(kubelet.server, 'kubelet', 'kube-apiserver', `kubelet (${nodeName})`, describeKubelet)),
      serveHttp(kubelet.http),
    ]);
    listen(process, '127.0.0.1', Number(config['healthzPort'] ?? 10248), [serveHttp(healthServer({ '/healthz': () => kubelet.server.healthz() }))]);
    return yield* untilTerminated(process, () => {});
  };

function* readConfiguration(process: Process, path: string | undefined): Routine<Readonly<Record<string, unknown>>> {
  if (path === undefined) return {};
  try {
    const { config, warning } = decodeConfiguration(process.fs.read(path), path);
    if (warning !== undefined)
      yield* process.printError(klog(process, 'I', 'codec.go:104', `"Using lenient decoding as strict decoding failed" err=${JSON.stringify(warning)}`));
    return config;
  } catch (error) {
    if (!(error instanceof Errno || error instanceof ConfigurationError)) throw error;
    const why = error instanceof Errno ? `failed to read kubelet config file "${path}", error: open ${path}: ${error.message.toLowerCase()}` : error.message;
    const text = `failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error ${why}`;
    return yield* fatal(process, 'run.go:72', `"command failed" err=${JSON.stringify(text)}`);
  }
}

function* access(process: Process, path: string): Generator<never, ReturnType<typeof readKubeconfig>, void> {
  try {
    return readKubeconfig(process, path);
  } catch (error) {
    const text =
      error instanceof Errno
        ? `unable to load bootstrap kubeconfig: stat /etc/kubernetes/bootstrap-kubelet.conf: ${error.message.toLowerCase()}`
        : error instanceof Error
          ? error.message
          : String(error);
    return yield* fatal(process, 'run.go:72', `"command failed" err="failed to run Kubelet: ${text}"`) as Generator<never, never, void>;
  }
}

const labels = (text: string | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (text ?? '')
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split('=') as [string, string]),
  );

/** `--register-with-taints`: `key=value:effect`, with commas between. */
const taintsOf = (text: string | undefined): { readonly registerWithTaints?: readonly Readonly<Record<string, string>>[] } =>
  text === undefined
    ? {}
    : {
        registerWithTaints: text
          .split(',')
          .filter(Boolean)
          .map((each) => {
            const [, key = '', value = '', effect = ''] = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(each) ?? [];
            return { key, ...(value === '' ? {} : { value }), effect };
          }),
      };

const metadataProblems = ({ metadata: { name = '' } }: Pod): FieldError[] =>
  validateDnsSubdomain(name).map((text) => invalidValue('metadata.name', name, text));

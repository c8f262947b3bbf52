/** local-path-provisioner as a process in its pod. */
import type { Pod } from '../../api/types.ts';
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import { Errno } from '../../linux/errno.ts';
import type { Program } from '../../linux/program.ts';
import { type LocalPathConfig, runLocalPathProvisioner } from '../../local-path-provisioner/local-path-provisioner.ts';
import { inClusterClient, untilTerminated } from './component.ts';

/** `local-path-provisioner --debug start --config /etc/config/config.json`. */
export const localPathProvisionerProgram: Program = function* (argv, process) {
  const say = (level: string, text: string): void =>
    void process.sim.go(process.printError(`time="${new Date(process.now).toISOString().replace(/\.\d+/, '')}" level=${level} msg=${JSON.stringify(text)}\n`));
  const at = argv.indexOf('--config');
  const path = at >= 0 ? (argv[at + 1] ?? '') : '/etc/config/config.json';
  const folder = process.env['CONFIG_MOUNT_PATH'] ?? path.slice(0, path.lastIndexOf('/') + 1);
  try {
    const config = (): LocalPathConfig => JSON.parse(process.fs.read(path)) as LocalPathConfig;
    const helperPod = (): Pod => parseYaml(process.fs.read(`${folder.replace(/\/?$/, '/')}helperPod.yaml`)) as Pod;
    config();
    helperPod();
    process.allocate(30 * 1024 * 1024);
    const namespace = process.env['POD_NAMESPACE'] ?? 'local-path-storage';
    const hostname = process.namespaces.uts.hostname;
    const client = inClusterClient(process, 'local-path-provisioner/v0.0.32');
    runLocalPathProvisioner({ sim: process.sim, client, namespace, configMapName: 'local-path-config', hostname, config, helperPod, log: say });
    say('debug', 'Provisioner started');
  } catch (error) {
    if (!(error instanceof Errno || error instanceof SyntaxError || error instanceof YamlError)) throw error;
    const text = error instanceof Errno ? `open ${path}: ${error.message.toLowerCase()}` : error.message;
    say('fatal', `Error starting daemon: invalid empty flag helper-pod-file and it also does not exist at ConfigMap ${path} with err: ${text}`);
    return 1;
  }
  return yield* untilTerminated(process, () => {});
};

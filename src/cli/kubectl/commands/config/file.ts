/** Changing kubeconfig files: kubernetes client-go/tools/clientcmd config.go. */
import { dumpYaml } from '../../../../apimachinery/yaml.ts';
import { emptyKubeconfig, type Kubeconfig, kubeconfigPaths, readKubeconfig, toDocument } from '../../kubeconfig.ts';
import type { Kubectl } from '../../kubectl.ts';

/** The file that changes go to: the first that exists, else the first. */
export function configPath(k: Kubectl): string {
  const { paths } = kubeconfigPaths(k.process, k.flags);
  return paths.find((path) => k.process.fs.exists(path)) ?? paths[0] ?? '';
}

/** Throws KubectlError for a file that is no kubeconfig. */
export function readConfig(k: Kubectl): Kubeconfig {
  const path = configPath(k);
  return k.process.fs.exists(path) ? readKubeconfig(k.process, path) : emptyKubeconfig;
}

/** To the file that --kubeconfig or KUBECONFIG names. */
export function writeConfig(k: Kubectl, config: Kubeconfig): void {
  const path = configPath(k);
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (folder !== '' && !k.process.fs.exists(folder)) k.process.fs.mkdir(folder, { parents: true });
  k.process.fs.write(path, dumpYaml(toDocument(config)), { mode: 0o600 });
}

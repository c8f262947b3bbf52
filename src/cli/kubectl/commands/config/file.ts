/** Changing kubeconfig files: kubernetes client-go/tools/clientcmd config.go. */
import { dumpYaml } from '../../../../apimachinery/yaml.ts';
import { KubectlError } from '../../errors.ts';
import { emptyKubeconfig, fileFields, type Kubeconfig, kubeconfigPaths, type NamedEntries, readKubeconfig, toDocument } from '../../kubeconfig.ts';
import type { Kubectl } from '../../kubectl.ts';

/** The file that changes go to: the first that exists, else the first. */
export function configPath(k: Kubectl): string {
  const { paths } = kubeconfigPaths(k.process, k.flags);
  return paths.find((path) => k.process.fs.exists(path)) ?? paths[0] ?? '';
}

/** Throws KubectlError for a file that is no kubeconfig. */
export function readConfig(k: Kubectl): Kubeconfig {
  const path = configPath(k);
  return k.process.fs.exists(path) ? readKubeconfig(k.process, path, { asWritten: true }) : emptyKubeconfig;
}

/** To the file that --kubeconfig or KUBECONFIG names. */
export function writeConfig(k: Kubectl, config: Kubeconfig): void {
  const path = configPath(k);
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (folder !== '' && !k.process.fs.exists(folder)) k.process.fs.mkdir(folder, { parents: true });
  // What lies below the file's folder is named as seen from there.
  const near = (entries: NamedEntries): NamedEntries =>
    Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [
        name,
        Object.fromEntries(
          Object.entries(entry).map(([key, value]) => [
            key,
            fileFields.includes(key) && typeof value === 'string' && value.startsWith(`${folder}/`) ? value.slice(folder.length + 1) : value,
          ]),
        ),
      ]),
    );
  const document = toDocument({ ...config, clusters: near(config.clusters), users: near(config.users) });
  k.process.fs.write(path, dumpYaml(document), { mode: 0o600 });
}

/** A file that the kubeconfig names, seen from its folder. */
export function besideConfig(k: Kubectl, path: string): string {
  const own = configPath(k);
  return path.startsWith('/') ? path : `${own.slice(0, own.lastIndexOf('/'))}/${path}`;
}

/** A file that a flag names, for --embed-certs. */
export function readBase64(k: Kubectl, path: string, flag: string): string {
  if (!k.process.fs.exists(path)) throw new KubectlError(`could not stat ${flag} file ${path}: stat ${path}: no such file or directory`);
  return Buffer.from(k.process.fs.read(path)).toString('base64');
}

/** The examples of kubernetes.io by their paths below /examples/. */
import { dumpYaml, parseYaml } from '../../apimachinery/yaml.ts';
import { own } from '../../sim/own.ts';
import { exampleRows } from './k8s-example-rows.ts';

const versions: Readonly<Record<string, string>> = {
  CronJob: 'batch/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  Job: 'batch/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  ReplicaSet: 'apps/v1',
  Shirt: 'stable.example.com/v1',
  StatefulSet: 'apps/v1',
};

/** What is no manifest: the files of the page about ConfigMaps. */
const files: Readonly<Record<string, string>> = {
  'configmap/game.properties':
    'enemies=aliens\nlives=3\nenemies.cheat=true\nenemies.cheat.level=noGoodRotten\nsecret.code.passphrase=UUDDLRLRBABAS\nsecret.code.allowed=true\nsecret.code.lives=30\n',
  'configmap/ui.properties': 'color.good=purple\ncolor.bad=yellow\nallow.textmode=true\nhow.nice.to.look=fairlyNice\n',
  'configmap/game-env-file.properties': 'enemies=aliens\nlives=3\nallowed="true"\n\n# This comment and the empty line above it are ignored\n',
  'configmap/ui-env-file.properties': 'color=purple\ntextmode=true\nhow=fairlyNice\n',
};

/** `Pod web spec: {…}` as a manifest. */
function manifest(row: string): string {
  const [kind = '', name = ''] = row.split(' ', 2);
  const { metadata, ...rest } = parseYaml(`{${row.slice(kind.length + name.length + 2)}}`) as Readonly<Record<string, object>>;
  return dumpYaml({ apiVersion: own(versions, kind) ?? 'v1', kind, metadata: { name, ...metadata }, ...rest });
}

/** The text of an example; undefined for those that the lab does not have. */
export function kubernetesExample(path: string): string | undefined {
  const rows = exampleRows
    .trim()
    .replace(/\n {2}/g, '')
    .split('\n');
  const first = path.endsWith('.yaml') ? rows.findIndex((row) => row.startsWith(`${path.slice(0, -'.yaml'.length)} `)) : -1;
  if (first < 0) return own(files, path);
  const more = rows.slice(first + 1).findIndex((row) => !row.startsWith('+ '));
  return rows
    .slice(first, more < 0 ? undefined : first + 1 + more)
    .map((row) => manifest(row.slice(row.indexOf(' ') + 1)))
    .join('---\n');
}

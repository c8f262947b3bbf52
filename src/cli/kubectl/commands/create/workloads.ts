/** create deployment, job, cronjob: kubernetes kubectl/pkg/cmd/create. */
import { randomSuffix } from '../../../../apimachinery/names.ts';
import type { Routine } from '../../../../sim/routine.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { getObject } from '../../fetch.ts';
import { at, entriesOf, nameOf, type Obj, obj, text } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { createObject } from './generator.ts';

/** `nginx` of `docker.io/library/nginx:1.27@sha256:…`, as a container's name. */
function containerName(k: Kubectl, image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  const name = last.replace(/[@:].*$/s, '');
  // A name that had to be changed is made unique (create_deployment.go sanitizeAndUniquify).
  return /[_.]/.test(name) ? `${name.replace(/[_.]/g, '-')}-${randomSuffix(k.process.sim.random)}` : name;
}

const commandOf = (k: Kubectl): readonly string[] => k.args.slice(1);

export const createDeployment: CommandEntry = {
  path: 'create deployment',
  aliases: ['deploy'],
  short: 'Create a deployment with the specified name',
  examples:
    '# Three replicas of nginx\nkubectl create deployment web --image=nginx --replicas=3\n\n# A container that runs a command of its own\nkubectl create deployment sleeper --image=busybox -- sleep 3600',
  required: ['image'],
  *run(k) {
    const name = k.requireName();
    const images = k.flags.list('image');
    const command = commandOf(k);
    if (images.length > 1 && command.length > 0) throw new KubectlError('cannot specify multiple --image options and command');
    const replicas = k.flags.number('replicas');
    const port = k.flags.number('port');
    const containers = images.map((image, i) => ({
      name: containerName(k, image),
      image,
      ...(command.length > 0 && { command }),
      ...(i === 0 && port >= 0 && { ports: [{ containerPort: port }] }),
      resources: {},
    }));
    const labels = { app: name };
    yield* createObject(
      k,
      () => ({
        kind: 'Deployment',
        apiVersion: 'apps/v1',
        metadata: { name, labels },
        spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } }, strategy: {} },
        status: {},
      }),
      { failure: 'deployment' },
    );
  },
};

const podOf = (name: string, image: string, command: readonly string[], restartPolicy: string): Obj => ({
  metadata: {},
  spec: { containers: [{ name, image, ...(command.length > 0 && { command }), resources: {} }], restartPolicy },
});

export const createJob: CommandEntry = {
  path: 'create job',
  short: 'Create a job with the specified name',
  examples:
    '# A job from an image and a command\nkubectl create job hello --image=busybox -- echo hello\n\n# A job from the template of a cron job\nkubectl create job now --from=cronjob/nightly',
  *run(k) {
    const name = k.requireName();
    const [image, from] = [k.flags.text('image'), k.flags.text('from')];
    if ((image === '') === (from === '')) throw new KubectlError('either --image or --from must be specified');
    if (from !== '' && commandOf(k).length > 0) throw new KubectlError('cannot specify --from and command');
    if (from !== '') return yield* createObject(k, () => jobFromCronJob(k, name, from), { failure: 'job' });
    yield* createObject(
      k,
      () => ({ kind: 'Job', apiVersion: 'batch/v1', metadata: { name }, spec: { template: podOf(name, image, commandOf(k), 'Never') }, status: {} }),
      { failure: 'job' },
    );
  },
};

function* jobFromCronJob(k: Kubectl, name: string, from: string): Routine<Obj> {
  const [word = '', cronJobName = ''] = from.split('/');
  if (cronJobName === '')
    throw new KubectlError(
      from.includes('/') ? 'arguments in resource/name form must have a single resource and name' : 'resource(s) were provided, but no name was specified',
    );
  const resource = yield* k.resource(word);
  const cronJob = yield* getObject(k, resource, resource.namespaced ? k.namespace : '', cronJobName);
  if (resource.kind !== 'CronJob') throw new KubectlError(`unknown object type *${resource.version}.${resource.kind}`);
  const template = obj(at(cronJob, 'spec.jobTemplate'));
  const labels = at(template, 'metadata.labels');
  const annotations = Object.fromEntries([...entriesOf(at(template, 'metadata.annotations')), ['cronjob.kubernetes.io/instantiate', 'manual']]);
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: nameOf(cronJob), uid: text(at(cronJob, 'metadata.uid')), controller: true };
  return {
    kind: 'Job',
    apiVersion: 'batch/v1',
    metadata: { name, ...(labels !== undefined && { labels }), annotations, ownerReferences: [owner] },
    spec: template['spec'],
    status: {},
  };
}

export const createCronJob: CommandEntry = {
  path: 'create cronjob',
  aliases: ['cj'],
  short: 'Create a cron job with the specified name',
  examples: "# Print the date every five minutes\nkubectl create cronjob tick --image=busybox --schedule='*/5 * * * *' -- date",
  required: ['image', 'schedule'],
  *run(k) {
    const name = k.requireName();
    const restart = k.flags.text('restart') || 'OnFailure';
    const template = podOf(name, k.flags.text('image'), commandOf(k), restart);
    const schedule = k.flags.text('schedule');
    yield* createObject(
      k,
      () => ({
        kind: 'CronJob',
        apiVersion: 'batch/v1',
        metadata: { name },
        spec: { schedule, jobTemplate: { metadata: { name }, spec: { template } } },
        status: {},
      }),
      { failure: 'cronjob' },
    );
  },
};

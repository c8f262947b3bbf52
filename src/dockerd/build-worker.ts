/** dockerd as a place where BuildKit builds: its images, and its containers for RUN (moby daemon/internal/builder-next). */
import { BuildError, type BuildImage, type BuildStep, type BuildWorker } from '../interfaces/buildkit.ts';
import { type ContainerConfig, DockerError, type HostConfig } from '../interfaces/docker.ts';
import { builderConfig, emptyHost } from '../interfaces/docker-defaults.ts';
import { upperEntries } from '../linux/tree-entries.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { eachLine } from '../sim/stream.ts';
import type { Containers } from './containers.ts';
import { type Engine, moby, snapshotter } from './engine.ts';
import { danglingPrefix, type ImageStore } from './image-store.ts';
import type { Images } from './images.ts';
import { rootOf, writeImage } from './layers.ts';
import { familiar, parseReference } from './reference.ts';

type Parts = { readonly engine: Engine; readonly store: ImageStore; readonly images: Images; readonly containers: Containers };

/** BuildKit's view of the daemon. */
export function buildWorker(parts: Parts): BuildWorker {
  const { engine, store, images } = parts;
  const stored = (image: BuildImage) => store.get(image.id);
  return {
    cache: engine.state.buildCache,
    machine: { kernel: engine.kernel, directory: `${engine.config.dataRoot}/buildkit` },
    entitlements: ['network.host'],
    now: () => engine.now,
    random: (least, most) => engine.sim.random.between(least, most),
    wholeName: (text) => asBuildError(() => parseReference(text).full),
    find: (name) => store.find(name),
    *pull(name) {
      try {
        yield* images.pull(name, () => {});
      } catch (error) {
        throw translated(error);
      }
    },
    root: (image) => (stored(image).chain === '' ? undefined : rootOf(engine, stored(image).chain)),
    blobs: (image) => {
      const digests = [image.id, image.manifestDigest, image.manifest.config.digest, ...image.manifest.layers.map(({ digest }) => digest)];
      return [...new Set(digests)].map((digest) => engine.containerd.content.get(moby, digest));
    },
    *commit(layer) {
      const target = writeImage(engine, layer);
      const name = `${danglingPrefix}${target.digest}`;
      if (!store.all().some(({ id }) => id === target.digest)) store.name(name, target);
      yield* engine.containerd.snapshots.unpack(moby, snapshotter, store.all().find(({ id }) => id === target.digest)?.names[0] ?? name);
      return store.get(target.digest);
    },
    run: (step) => runIn(parts, step),
    name(image, name) {
      store.name(name, stored(image).target);
      engine.emit('image', 'tag', image.id, { name: familiar(name) });
    },
    *push(_image, name, auth) {
      try {
        yield* images.push(name, { progress: () => {}, ended: () => {} }, { all: false, auth });
      } catch (error) {
        throw translated(error);
      }
    },
    release(made) {
      const { images: all } = engine.containerd;
      const dangling = new Set(made.map((id) => `${danglingPrefix}${id}`));
      for (const { name } of all.list(moby)) if (dangling.has(name)) all.delete(moby, name);
    },
  };
}

/** What is wrong with the image's name or its registry is the build's error. */
function translated(error: unknown): unknown {
  return error instanceof DockerError ? new BuildError(error.message, error.lines) : error;
}

function asBuildError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translated(error);
  }
}

function hostOf({ mounts, network, insecure }: BuildStep): HostConfig {
  const bound = mounts.flatMap(({ source, destination, readonly }) => (source === undefined ? [] : [`${source}:${destination}:${readonly ? 'ro' : 'rw'}`]));
  const memory = mounts.filter(({ source }) => source === undefined).map(({ destination, size }) => [destination, size > 0 ? `size=${size}` : '']);
  const mode = network === 'default' ? emptyHost.NetworkMode : network;
  return { ...emptyHost, Binds: bound, Tmpfs: Object.fromEntries(memory), NetworkMode: mode, Privileged: insecure };
}

function* runIn({ engine, containers }: Parts, step: BuildStep): ReturnType<BuildWorker['run']> {
  const { image, command, env, user, workdir, log } = step;
  const config: ContainerConfig = {
    ...builderConfig,
    Hostname: 'buildkitsandbox',
    User: user,
    Env: env,
    Cmd: command,
    Entrypoint: [''],
    Image: image.id,
    WorkingDir: workdir,
    Healthcheck: { Test: ['NONE'] },
  };
  try {
    const { Id } = yield* containers.create({ config, host: hostOf(step) });
    try {
      const session = containers.attach(Id, { stdin: false });
      engine.sim.go(eachLine(session.stdout, log), 'build-output');
      if (session.stderr) engine.sim.go(eachLine(session.stderr, log), 'build-output');
      const status = yield* startAndWait(containers, Id);
      yield* sleep(1);
      return { status, entries: [...upperEntries(rootOf(engine, Id))] };
    } finally {
      engine.sim.go(containers.remove(Id, { force: true, volumes: true }), 'build-cleanup');
    }
  } catch (error) {
    throw translated(error);
  }
}

function* startAndWait(containers: Containers, id: string): Routine<number> {
  try {
    yield* containers.start(id);
  } catch (error) {
    if (error instanceof DockerError && /executable file not found|no such file/.test(error.message)) return 127;
    throw error;
  }
  return yield* containers.wait(id);
}

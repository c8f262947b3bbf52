/** `registry garbage-collect`: marks what manifests name, removes the other blobs (distribution registry/storage/garbagecollect.go). */
import type { Process } from '../../../linux/process.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { RegistryConfig } from './config.ts';
import { goTime } from './serve.ts';
import { Storage } from './storage.ts';

type Options = { readonly dryRun: boolean; readonly untagged: boolean };

export function* collectGarbage(process: Process, config: RegistryConfig, { dryRun, untagged }: Options): Routine<number> {
  const storage = new Storage(process, config.root);
  const marked = new Set<string>();
  const doomed: (readonly [repository: string, digest: string])[] = [];
  for (const repository of storage.repositories()) {
    yield* process.print(`${repository}\n`);
    const tagged = new Set(storage.tags(repository).map((tag) => storage.tag(repository, tag)));
    for (const digest of storage.revisions(repository)) {
      if (untagged && !tagged.has(digest)) {
        yield* process.print(`manifest eligible for deletion: ${digest}\n`);
        doomed.push([repository, digest]);
        continue;
      }
      yield* process.print(`${repository}: marking manifest ${digest} \n`);
      marked.add(digest);
      for (const blob of namedBy(storage.blob(digest)?.text ?? '{}')) {
        marked.add(blob);
        yield* process.print(`${repository}: marking blob ${blob}\n`);
      }
    }
  }
  const unused = storage.blobs().filter((digest) => !marked.has(digest));
  yield* process.print(`\n${marked.size} blobs marked, ${unused.length} blobs and ${doomed.length} manifests eligible for deletion\n`);
  if (!dryRun) for (const [repository, digest] of doomed) storage.removeRevision(repository, digest);
  for (const digest of unused) {
    yield* process.print(`blob eligible for deletion: ${digest}\n`);
    if (dryRun) continue;
    const path = `/docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}`;
    yield* process.printError(
      `time="${goTime(process)}" level=info msg="Deleting blob: ${path}" go.version=go1.20.8 instance.id=${process.sim.random.uuid()} service=registry \n`,
    );
    storage.removeBlob(digest);
  }
  return 0;
}

function namedBy(text: string): string[] {
  const { config, layers = [] } = JSON.parse(text) as {
    readonly config?: { readonly digest: string };
    readonly layers?: readonly { readonly digest: string }[];
  };
  return [...(config ? [config.digest] : []), ...layers.map(({ digest }) => digest)];
}

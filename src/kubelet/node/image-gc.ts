/** Removes images that no container uses when the disk fills: kubernetes pkg/kubelet/images/image_gc_manager.go. */
import { CriError } from '../../interfaces/cri.ts';
import type { Milliseconds, Routine } from '../../sim/routine.ts';
import type { Context } from '../context.ts';

const gcPeriod: Milliseconds = 300_000;

export class ImageGc {
  readonly #context: Context;
  readonly #firstSeen = new Map<string, Milliseconds>();

  constructor(context: Context) {
    this.#context = context;
  }

  start(): void {
    this.#context.sim.go(this.#loop(), 'kubelet image gc');
  }

  *#loop(): Routine {
    for (;;) {
      yield { timeout: gcPeriod };
      const { config } = this.#context;
      const { usedBytes, capacityBytes } = this.#context.kernel.disk;
      const percent = (usedBytes / capacityBytes) * 100;
      if (percent >= config.imageGCHighThresholdPercent) this.#collect(usedBytes - (capacityBytes * config.imageGCLowThresholdPercent) / 100);
    }
  }

  /** Removes every unused image; true when there was one. */
  reclaimAll(): boolean {
    return this.#free(Number.POSITIVE_INFINITY, 0) > 0;
  }

  #collect(wanted: number): void {
    const { recorder, nodeName, config } = this.#context;
    const freed = this.#free(wanted, config.imageMinimumGCAge);
    if (freed >= wanted) return;
    const message = `Failed to garbage collect required amount of images. Attempted to free ${Math.ceil(wanted)} bytes, but only found ${freed} bytes eligible to free.`;
    recorder.warning({ kind: 'Node', name: nodeName, uid: nodeName }, 'FreeDiskSpaceFailed', message);
  }

  #free(wanted: number, minAge: Milliseconds): number {
    const { cri, sim, klog } = this.#context;
    let freed = 0;
    try {
      const { image, runtime } = cri();
      const used = new Set(runtime.listContainers().flatMap((each) => [each.imageRef, each.imageId, each.image.image]));
      for (const each of image.listImages()) {
        const since = this.#firstSeen.get(each.id) ?? sim.now;
        this.#firstSeen.set(each.id, since);
        if (freed >= wanted) continue;
        const inUse = each.pinned || used.has(each.id) || each.repoDigests.some((name) => used.has(name)) || each.repoTags.some((name) => used.has(name));
        if (inUse || sim.now - since < minAge) continue;
        klog.info('image_gc_manager.go:514', 'Removing image to free bytes', { imageID: each.id, size: each.size });
        image.removeImage({ image: each.id });
        freed += each.size;
      }
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      klog.error('kubelet.go:1590', 'Image garbage collection failed once. Stats initialization may not have completed yet', error.message);
    }
    return freed;
  }
}

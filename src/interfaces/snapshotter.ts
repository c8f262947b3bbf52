/** containerd's wall to snapshotters that are daemons of their own (api/services/snapshots, the labels of remote snapshots). */
import type { Routine } from '../sim/routine.ts';
import type { Blob, Descriptor } from './distribution.ts';
import { defineProtocol } from './protocol.ts';

/** A layer that is about to be pulled, with what its image says of it. */
export type RemoteLayer = { readonly ref: string; readonly layer: Descriptor; readonly annotations: Readonly<Record<string, string>> };

/** Answered by stargz-snapshotter and its like; containerd dials their socket from `[proxy_plugins]` for each pull. */
export type ProxySnapshotter = {
  /** The layer's files, where the daemon can mount them right from the registry; undefined: the layer has to be fetched and unpacked. */
  prepareRemote(layer: RemoteLayer): Routine<Blob | undefined>;
};

/** Spoken on the daemon's own unix socket, e.g. /run/containerd-stargz-grpc/containerd-stargz-grpc.sock. */
export const snapshotterProtocol = defineProtocol<ProxySnapshotter>('snapshotter');

/** By what lazily pulled layers are known: the annotations of their descriptors or of their manifest, and media types. */
export const lazyMarks = {
  tocDigest: 'containerd.io/snapshot/stargz/toc.digest',
  nydusBlob: 'application/vnd.oci.image.layer.nydus.blob.v1',
  sociIndex: 'com.amazon.soci.index-digest',
} as const;

/** What `kubeadm` the command is given: the same functions that make the worlds. */
import type { Phases } from '../../cli/kubeadm/phases.ts';
import { buildInfo, newest, releaseFor } from '../releases.ts';
import { addonObjects } from './addons.ts';
import {
  authorities,
  certificateRequest,
  certificates,
  kubeconfigs,
  readPair,
  userKubeconfig,
  writeAuthority,
  writeCertificate,
  writeKubeconfig,
  writeServiceAccountKey,
} from './certificates.ts';
import { writeKubeletConfig, writeKubeletIdentity } from './files.ts';
import { staticPodManifests } from './static-pods.ts';

const releaseOf = (version: string) => ({ ...releaseFor(version), build: buildInfo(version) });

export const kubeadmPhases: Phases = {
  release: releaseOf(newest.version),
  releaseOf,
  authorities,
  certificates,
  kubeconfigs,
  writeAuthority,
  writeCertificate,
  writeServiceAccountKey,
  writeKubeconfig,
  userKubeconfig,
  certificateRequest,
  writeKubeletIdentity: (host, server) => writeKubeletIdentity(host, { ca: readPair(host, 'ca'), server }),
  writeKubeletConfig,
  manifests: staticPodManifests,
  addonObjects,
};

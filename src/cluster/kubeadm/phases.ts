/** What `kubeadm` the command is given: the same functions that make the worlds. */
import type { Phases } from '../../cli/kubeadm/phases.ts';
import { newest } from '../releases.ts';
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

export const kubeadmPhases: Phases = {
  release: newest,
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

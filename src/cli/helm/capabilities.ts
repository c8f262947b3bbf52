/** What charts may know of the cluster: helm pkg/chart/common/capabilities.go. */
import { goText } from '../../apimachinery/go-text.ts';
import { textOf } from './functions/types.ts';

export const helmVersion = 'v4.1.4';
export const helmCommit = '05fa37973dc9e42b76e1d2883494c87174b6074f';
/** Of the client library that helm is built with: what is assumed where no cluster is asked. */
const defaultKubeVersion = 'v1.35.0';

/** `data` is .Capabilities. */
export type Capabilities = { readonly version: string; readonly data: Readonly<Record<string, unknown>> };

/** Groups and their versions that client-go knows. */
const knownVersions =
  'v1 admissionregistration.k8s.io/v1,v1alpha1,v1beta1 internal.apiserver.k8s.io/v1alpha1 apps/v1,v1beta1,v1beta2 authentication.k8s.io/v1,v1alpha1,v1beta1 authorization.k8s.io/v1,v1beta1 autoscaling/v1,v2,v2beta1,v2beta2 batch/v1,v1beta1 certificates.k8s.io/v1,v1beta1,v1alpha1 coordination.k8s.io/v1alpha2,v1beta1,v1 discovery.k8s.io/v1,v1beta1 events.k8s.io/v1,v1beta1 extensions/v1beta1 flowcontrol.apiserver.k8s.io/v1,v1beta1,v1beta2,v1beta3 networking.k8s.io/v1,v1beta1 node.k8s.io/v1,v1alpha1,v1beta1 policy/v1,v1beta1 rbac.authorization.k8s.io/v1,v1beta1,v1alpha1 resource.k8s.io/v1,v1beta2,v1beta1,v1alpha3 scheduling.k8s.io/v1alpha1,v1beta1,v1 storage.k8s.io/v1beta1,v1,v1alpha1 storagemigration.k8s.io/v1beta1 apiextensions.k8s.io/v1beta1,v1'
    .split(' ')
    .flatMap((word) => {
      const [group = '', versions] = word.split('/');
      return versions === undefined ? [group] : versions.split(',').map((version) => `${group}/${version}`);
    });

export function capabilitiesOf(version = defaultKubeVersion, apiVersions: readonly string[] = knownVersions, more: readonly string[] = []): Capabilities {
  const clean = version.startsWith('v') ? version : `v${version}`;
  const [, Major = '', Minor = ''] = /^v(\d+)\.(\d+)/.exec(clean) ?? [];
  const all = [...apiVersions, ...more];
  const list = Object.defineProperty([...all], 'Has', { value: (wanted: unknown) => all.includes(textOf(wanted)) });
  const KubeVersion = { Version: clean, Major, Minor, GitVersion: clean, [goText]: () => clean };
  const HelmVersion = { Version: helmVersion, GitCommit: helmCommit, GitTreeState: 'clean', GoVersion: 'go1.25.9', KubeClientVersion: 'v1.35' };
  return {
    version: clean,
    data: {
      KubeVersion,
      APIVersions: list,
      HelmVersion: Object.defineProperty(HelmVersion, goText, { value: () => `{${Object.values(HelmVersion).join(' ')}}` }),
    },
  };
}

import type { Context, Controller } from '../client/controller.ts';
import { bootstrapSignerController, tokenCleanerController } from './controllers/bootstrap.ts';
import { csrApprovingController, csrSigningController, type SigningCa } from './controllers/certificates.ts';
import { clusterRoleAggregationController } from './controllers/clusterrole-aggregation.ts';
import { cronJobController } from './controllers/cronjob.ts';
import { daemonSetController } from './controllers/daemonset.ts';
import { deploymentController } from './controllers/deployment.ts';
import { disruptionController } from './controllers/disruption.ts';
import { endpointsController } from './controllers/endpoints.ts';
import { endpointSliceController } from './controllers/endpointslice.ts';
import { endpointSliceMirroringController } from './controllers/endpointslice-mirroring.ts';
import { ephemeralVolumeController } from './controllers/ephemeral-volume.ts';
import { horizontalPodAutoscalerController } from './controllers/horizontal-pod-autoscaler.ts';
import { jobController } from './controllers/job.ts';
import { namespaceController } from './controllers/namespace.ts';
import { nodeIpamController } from './controllers/node-ipam.ts';
import { nodeLifecycleController } from './controllers/node-lifecycle.ts';
import { persistentVolumeClaimBinder, persistentVolumeReclaimer } from './controllers/persistent-volume-binder.ts';
import { runPodGc } from './controllers/pod-gc.ts';
import { replicaSetController, replicationController } from './controllers/replicaset.ts';
import { resourceClaimController } from './controllers/resource-claim.ts';
import { resourceQuotaController } from './controllers/resourcequota.ts';
import { rootCaCertPublisher } from './controllers/root-ca-cert-publisher.ts';
import { serviceCidrController } from './controllers/service-cidr.ts';
import { serviceAccountController } from './controllers/serviceaccount.ts';
import { statefulSetController } from './controllers/statefulset.ts';
import { pvcProtectionController, pvProtectionController } from './controllers/storage-protection.ts';
import { taintEvictionController } from './controllers/taint-eviction.ts';
import { type TokenOptions, tokensController } from './controllers/tokens.ts';
import { ttlController } from './controllers/ttl.ts';
import { ttlAfterFinishedController } from './controllers/ttl-after-finished.ts';
import { runGarbageCollector } from './garbage-collector/garbage-collector.ts';

/** One controller: its name for `--controllers`, its ServiceAccount in kube-system, the source of its Events. */
export type ControllerEntry = {
  readonly name: string;
  /** Empty: the controller manager itself, for the one without whom ServiceAccounts have no tokens. */
  readonly user: string;
  readonly component: string;
  readonly controller: Controller | ((context: Context) => void);
};

type Options = {
  readonly rootCa?: string;
  readonly clusterCidr?: string;
  readonly signingCa?: SigningCa;
  readonly tokens?: Omit<TokenOptions, 'rootCa'>;
  /** 35 of v1.35 */
  readonly minor?: number;
};

/** All controllers: cmd/kube-controller-manager/names/controller_names.go. */
export function controllerEntries({ rootCa = '', clusterCidr, signingCa, tokens, minor = 35 }: Options): readonly ControllerEntry[] {
  const entry = (name: string, user: string, component: string, controller: ControllerEntry['controller']): ControllerEntry => ({
    name,
    user,
    component,
    controller,
  });
  return [
    entry('serviceaccount-controller', 'service-account-controller', 'service-account-controller', serviceAccountController()),
    ...(tokens ? [entry('serviceaccount-token-controller', '', 'serviceaccount-token-controller', tokensController({ rootCa, ...tokens }))] : []),
    entry('root-ca-certificate-publisher-controller', 'root-ca-cert-publisher', 'root-ca-cert-publisher', rootCaCertPublisher(rootCa)),
    entry('node-ipam-controller', 'node-controller', 'cidrAllocator', nodeIpamController(clusterCidr)),
    entry('node-lifecycle-controller', 'node-controller', 'node-controller', nodeLifecycleController()),
    entry('taint-eviction-controller', 'node-controller', 'taint-eviction-controller', taintEvictionController()),
    entry('deployment-controller', 'deployment-controller', 'deployment-controller', deploymentController()),
    entry('replicaset-controller', 'replicaset-controller', 'replicaset-controller', replicaSetController()),
    entry('statefulset-controller', 'statefulset-controller', 'statefulset-controller', statefulSetController()),
    entry('daemonset-controller', 'daemon-set-controller', 'daemonset-controller', daemonSetController()),
    entry('job-controller', 'job-controller', 'job-controller', jobController()),
    entry('cronjob-controller', 'cronjob-controller', 'cronjob-controller', cronJobController()),
    entry('endpoints-controller', 'endpoint-controller', 'endpoint-controller', endpointsController()),
    entry('endpointslice-controller', 'endpointslice-controller', 'endpoint-slice-controller', endpointSliceController()),
    entry('endpointslice-mirroring-controller', 'endpointslicemirroring-controller', 'endpoint-slice-mirroring-controller', endpointSliceMirroringController()),
    entry('namespace-controller', 'namespace-controller', 'namespace-controller', namespaceController()),
    entry('garbage-collector-controller', 'generic-garbage-collector', 'garbage-collector-controller', runGarbageCollector),
    entry('pod-garbage-collector-controller', 'pod-garbage-collector', 'pod-garbage-collector', runPodGc),
    entry('ttl-after-finished-controller', 'ttl-after-finished-controller', 'ttl-after-finished-controller', ttlAfterFinishedController()),
    entry('replicationcontroller-controller', 'replication-controller', 'replication-controller', replicationController()),
    entry('resourcequota-controller', 'resourcequota-controller', 'resourcequota-controller', resourceQuotaController()),
    entry('disruption-controller', 'disruption-controller', 'controllermanager', disruptionController()),
    entry('clusterrole-aggregation-controller', 'clusterrole-aggregation-controller', 'clusterrole-aggregation-controller', clusterRoleAggregationController()),
    entry('persistentvolume-binder-controller', 'persistent-volume-binder', 'persistentvolume-controller', persistentVolumeClaimBinder()),
    entry('persistentvolume-reclaimer', 'persistent-volume-binder', 'persistentvolume-controller', persistentVolumeReclaimer()),
    entry('persistentvolumeclaim-protection-controller', 'pvc-protection-controller', 'pvc-protection-controller', pvcProtectionController()),
    entry('persistentvolume-protection-controller', 'pv-protection-controller', 'pv-protection-controller', pvProtectionController()),
    entry('ephemeral-volume-controller', 'ephemeral-volume-controller', 'ephemeral_volume', ephemeralVolumeController()),
    entry('resourceclaim-controller', 'resource-claim-controller', 'resource_claim', resourceClaimController()),
    entry('ttl-controller', 'ttl-controller', 'ttl-controller', ttlController()),
    entry('certificatesigningrequest-approving-controller', 'certificate-controller', 'csrapproving', csrApprovingController()),
    ...(signingCa ? [entry('certificatesigningrequest-signing-controller', 'certificate-controller', 'csrsigning', csrSigningController(signingCa))] : []),
    entry('horizontal-pod-autoscaler-controller', 'horizontal-pod-autoscaler', 'horizontal-pod-autoscaler', horizontalPodAutoscalerController()),
    entry('bootstrap-signer-controller', 'bootstrap-signer', 'bootstrap-signer', bootstrapSignerController()),
    entry('token-cleaner-controller', 'token-cleaner', 'token-cleaner', tokenCleanerController()),
    ...idle.slice(0, minor < 24 ? 2 : idle.length).map(([name, user]) => entry(name, user, user, () => {})),
    ...(minor < 24
      ? []
      : [entry('service-cidr-controller', 'service-cidrs-controller', 'service-cidr-controller', minor < 33 ? () => {} : serviceCidrController())]),
  ];
}

/** Started for their ServiceAccounts alone: what they look after (volumes of a cloud, unused old tokens, type checks) does not exist here. The first two are as old as 1.23. */
const idle = [
  ['persistentvolume-attach-detach-controller', 'attachdetach-controller'],
  ['persistentvolume-expander-controller', 'expand-controller'],
  ['legacy-serviceaccount-token-cleaner-controller', 'legacy-service-account-token-cleaner'],
  ['validatingadmissionpolicy-status-controller', 'validatingadmissionpolicy-status-controller'],
  ['volumeattributesclass-protection-controller', 'volumeattributesclass-protection-controller'],
] as const;

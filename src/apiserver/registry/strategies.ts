import { apiservices } from '../aggregation/local.ts';
import { customresourcedefinitions } from '../custom/definition.ts';
import * as admission from './admission.ts';
import { componentstatuses } from './componentstatuses.ts';
import { configmaps, secrets, serviceaccounts } from './config.ts';
import { daemonsets } from './daemonsets.ts';
import { deployments } from './deployments.ts';
import * as devices from './devices.ts';
import { flowschemas, prioritylevelconfigurations } from './flow-control.ts';
import { cronjobs, jobs } from './jobs.ts';
import * as misc from './misc.ts';
import { namespaces } from './namespaces.ts';
import { endpoints, endpointslices, ingressclasses, ingresses, networkpolicies } from './networking.ts';
import { nodes } from './nodes.ts';
import { persistentvolumeclaims } from './persistentvolumeclaims.ts';
import { persistentvolumes, storageclasses } from './persistentvolumes.ts';
import { pods } from './pods.ts';
import { horizontalpodautoscalers, limitranges, poddisruptionbudgets, priorityclasses, resourcequotas } from './policy.ts';
import { clusterrolebindings, clusterroles, rolebindings, roles } from './rbac.ts';
import { replicasets, replicationcontrollers } from './replicasets.ts';
import { services } from './services.ts';
import { statefulsets } from './statefulsets.ts';
import type { Strategy } from './strategy.ts';

/** What is particular to each built-in resource; a resource that is not here is stored as it comes. */
export const strategies: Readonly<Record<string, Strategy>> = {
  componentstatuses,
  configmaps,
  endpoints,
  events: misc.events,
  limitranges,
  namespaces,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  pods,
  podtemplates: misc.podtemplates,
  replicationcontrollers,
  resourcequotas,
  secrets,
  serviceaccounts,
  services,
  'apiservices.apiregistration.k8s.io': apiservices,
  'customresourcedefinitions.apiextensions.k8s.io': customresourcedefinitions,
  'controllerrevisions.apps': misc.controllerrevisions,
  'daemonsets.apps': daemonsets,
  'deployments.apps': deployments,
  'replicasets.apps': replicasets,
  'statefulsets.apps': statefulsets,
  'horizontalpodautoscalers.autoscaling': horizontalpodautoscalers,
  'cronjobs.batch': cronjobs,
  'jobs.batch': jobs,
  'certificatesigningrequests.certificates.k8s.io': misc.certificatesigningrequests,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowschemas,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': prioritylevelconfigurations,
  'leases.coordination.k8s.io': misc.leases,
  'endpointslices.discovery.k8s.io': endpointslices,
  'ingressclasses.networking.k8s.io': ingressclasses,
  'ingresses.networking.k8s.io': ingresses,
  'networkpolicies.networking.k8s.io': networkpolicies,
  'ipaddresses.networking.k8s.io': misc.ipaddresses,
  'servicecidrs.networking.k8s.io': misc.servicecidrs,
  'runtimeclasses.node.k8s.io': misc.runtimeclasses,
  'poddisruptionbudgets.policy': poddisruptionbudgets,
  'clusterrolebindings.rbac.authorization.k8s.io': clusterrolebindings,
  'clusterroles.rbac.authorization.k8s.io': clusterroles,
  'rolebindings.rbac.authorization.k8s.io': rolebindings,
  'roles.rbac.authorization.k8s.io': roles,
  'priorityclasses.scheduling.k8s.io': priorityclasses,
  'deviceclasses.resource.k8s.io': devices.plain,
  'resourceclaims.resource.k8s.io': devices.resourceclaims,
  'resourceclaimtemplates.resource.k8s.io': devices.plain,
  'resourceslices.resource.k8s.io': devices.resourceslices,
  'csidrivers.storage.k8s.io': misc.csidrivers,
  'csinodes.storage.k8s.io': misc.csinodes,
  'storageclasses.storage.k8s.io': storageclasses,
  'volumeattachments.storage.k8s.io': misc.volumeattachments,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': admission.webhookconfigurations,
  'validatingadmissionpolicies.admissionregistration.k8s.io': admission.validatingadmissionpolicies,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': admission.validatingadmissionpolicybindings,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': admission.webhookconfigurations,
};

/** Every command of kubectl 1.35, in the order in which it registers them. */
import type { CommandEntry } from '../command.ts';
import { apply } from './apply/apply.ts';
import { editLastApplied } from './apply/edit-last-applied.ts';
import { setLastApplied, viewLastApplied } from './apply/last-applied-commands.ts';
import { attach } from './attach.ts';
import { auth, authCanI, authWhoAmI } from './auth/auth.ts';
import { authReconcile } from './auth/reconcile.ts';
import { autoscale } from './autoscale.ts';
import { certificate, certificateApprove, certificateDeny } from './certificate.ts';
import { apiResources, apiVersions, clusterInfo, version } from './cluster.ts';
import { clusterInfoDump } from './cluster-info-dump.ts';
import { completion } from './completion.ts';
import {
  config,
  configCurrentContext,
  configDeleteCluster,
  configDeleteContext,
  configDeleteUser,
  configGetClusters,
  configGetContexts,
  configGetUsers,
  configRenameContext,
  configSetCluster,
  configSetContext,
  configUseContext,
  configView,
} from './config/config.ts';
import { configSetCredentials } from './config/credentials.ts';
import { configSet, configUnset } from './config/set.ts';
import { cp } from './cp.ts';
import {
  createConfigMap,
  createNamespace,
  createSecret,
  createSecretDockerRegistry,
  createSecretGeneric,
  createSecretTls,
  createServiceAccount,
} from './create/config.ts';
import { create } from './create/create.ts';
import { createIngress } from './create/ingress.ts';
import { createPodDisruptionBudget, createPriorityClass, createQuota, createToken } from './create/policies.ts';
import { createClusterRole, createClusterRoleBinding, createRole, createRoleBinding } from './create/rbac.ts';
import { createService, createServiceClusterIp, createServiceExternalName, createServiceLoadBalancer, createServiceNodePort } from './create/services.ts';
import { createCronJob, createDeployment, createJob } from './create/workloads.ts';
import { debug } from './debug.ts';
import { deleteCommand } from './delete/delete.ts';
import { describe } from './describe.ts';
import { diff } from './diff.ts';
import { drain } from './drain.ts';
import { edit } from './edit.ts';
import { events } from './events.ts';
import { exec } from './exec.ts';
import { explain } from './explain.ts';
import { expose } from './expose.ts';
import { getCommand } from './get/command.ts';
import { alphaKuberc, alphaKubercSet, alphaKubercView } from './kuberc.ts';
import { logs } from './logs.ts';
import { annotate, label } from './metadata.ts';
import { alpha, kustomize, options, plugin, pluginList } from './misc.ts';
import { cordon, taint, uncordon } from './nodes.ts';
import { patch } from './patch.ts';
import { portForward } from './port-forward.ts';
import { proxy } from './proxy.ts';
import { replace } from './replace.ts';
import { rollout, rolloutPause, rolloutRestart, rolloutResume, rolloutUndo } from './rollout/changes.ts';
import { rolloutHistory } from './rollout/history.ts';
import { rolloutStatus } from './rollout/status.ts';
import { run } from './run.ts';
import { scale } from './scale.ts';
import { setEnv } from './set/env.ts';
import { set, setImage, setResources, setSelector, setServiceAccount, setSubject } from './set/set.ts';
import { top, topNode, topPod } from './top.ts';
import { wait } from './wait.ts';

export const commands: readonly CommandEntry[] = [
  ...[create, createClusterRole, createClusterRoleBinding, createConfigMap, createCronJob, createDeployment, createIngress, createJob, createNamespace],
  ...[createPodDisruptionBudget, createPriorityClass, createQuota, createRole, createRoleBinding, createSecret, createSecretDockerRegistry],
  ...[createSecretGeneric, createSecretTls, createService, createServiceClusterIp, createServiceExternalName, createServiceLoadBalancer],
  ...[createServiceNodePort, createServiceAccount, createToken],
  ...[expose, run, set, setEnv, setImage, setResources, setSelector, setServiceAccount, setSubject],
  ...[explain, getCommand, edit, deleteCommand],
  ...[rollout, rolloutHistory, rolloutPause, rolloutRestart, rolloutResume, rolloutStatus, rolloutUndo, scale, autoscale],
  ...[certificate, certificateApprove, certificateDeny, clusterInfo, clusterInfoDump, top, topNode, topPod, cordon, uncordon, drain, taint],
  ...[describe, logs, attach, exec, portForward, proxy, cp, auth, authCanI, authReconcile, authWhoAmI, debug, events],
  ...[diff, apply, editLastApplied, setLastApplied, viewLastApplied, patch, replace, wait, kustomize],
  ...[label, annotate, completion],
  ...[alpha, alphaKuberc, alphaKubercSet, alphaKubercView, apiResources, apiVersions],
  ...[config, configCurrentContext, configDeleteCluster, configDeleteContext, configDeleteUser, configGetClusters, configGetContexts, configGetUsers],
  ...[configRenameContext, configSet, configSetCluster, configSetContext, configSetCredentials, configUnset, configUseContext, configView],
  ...[plugin, pluginList, version, options],
];

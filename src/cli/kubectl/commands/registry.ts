/** Every command of kubectl 1.35, in the order in which it registers them. */
import type { CommandEntry } from '../command.ts';
import { apply } from './apply/apply.ts';
import { setLastApplied, viewLastApplied } from './apply/last-applied-commands.ts';
import { createConfigMap, createNamespace, createSecret, createSecretDockerRegistry, createSecretGeneric, createSecretTls, createServiceAccount } from './create/config.ts';
import { create } from './create/create.ts';
import { createIngress } from './create/ingress.ts';
import { createPodDisruptionBudget, createPriorityClass, createQuota, createToken } from './create/policies.ts';
import { createClusterRole, createClusterRoleBinding, createRole, createRoleBinding } from './create/rbac.ts';
import { createService, createServiceClusterIp, createServiceExternalName, createServiceLoadBalancer, createServiceNodePort } from './create/services.ts';
import { createCronJob, createDeployment, createJob } from './create/workloads.ts';
import { deleteCommand } from './delete/delete.ts';
import { expose } from './expose.ts';
import { getCommand } from './get/command.ts';
import { annotate, label } from './metadata.ts';
import { attach } from './attach.ts';
import { describe } from './describe.ts';
import { exec } from './exec.ts';
import { logs } from './logs.ts';
import { rollout, rolloutPause, rolloutRestart, rolloutResume, rolloutUndo } from './rollout/changes.ts';
import { rolloutHistory } from './rollout/history.ts';
import { rolloutStatus } from './rollout/status.ts';
import { run } from './run.ts';
import { wait } from './wait.ts';
import { replace } from './replace.ts';
import { scale } from './scale.ts';

export const commands: readonly CommandEntry[] = [
  create,
  createClusterRole,
  createClusterRoleBinding,
  createConfigMap,
  createCronJob,
  createDeployment,
  createIngress,
  createJob,
  createNamespace,
  createPodDisruptionBudget,
  createPriorityClass,
  createQuota,
  createRole,
  createRoleBinding,
  createSecret,
  createSecretDockerRegistry,
  createSecretGeneric,
  createSecretTls,
  createService,
  createServiceClusterIp,
  createServiceExternalName,
  createServiceLoadBalancer,
  createServiceNodePort,
  createServiceAccount,
  createToken,
  expose,
  run,
  getCommand,
  deleteCommand,
  rollout,
  rolloutHistory,
  rolloutPause,
  rolloutRestart,
  rolloutResume,
  rolloutStatus,
  rolloutUndo,
  scale,
  describe,
  logs,
  attach,
  exec,
  apply,
  setLastApplied,
  viewLastApplied,
  replace,
  wait,
  label,
  annotate,
];

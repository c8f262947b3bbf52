/** Security contexts of pods and containers: kubernetes pkg/apis/core/validation/validation.go ValidateSecurityContext, validatePodSpecSecurityContext. */
import type { core, PodSpec } from '../../api/types.ts';
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { rangeText } from '../../apimachinery/names.ts';
import { internalForm } from './internal-form.ts';
import { type Errors, oneOf } from './report.ts';
import { checkDescending } from './volumes.ts';

const maxId = 2 ** 31 - 1;

function checkId(errors: Errors, path: string, id: number | undefined): void {
  if (id !== undefined && (id < 0 || id > maxId)) errors.push(invalidValue(path, id, rangeText(0, maxId)));
}

/** A container's. */
export function checkSecurityContext(errors: Errors, path: string, context: core.SecurityContext, hostUsers: boolean): void {
  checkId(errors, `${path}.runAsUser`, context.runAsUser);
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup);
  if (context.procMount !== undefined) {
    oneOf(errors, `${path}.procMount`, context.procMount, ['Default', 'Unmasked']);
    if (hostUsers && context.procMount === 'Unmasked')
      errors.push(invalidValue(`${path}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile);
  if (context.allowPrivilegeEscalation === false) {
    const wrong = (text: string): number => errors.push(invalidValue(path, internalForm('SecurityContext', context), text));
    if (context.privileged) wrong('cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
    for (const name of context.capabilities?.add ?? [])
      if (name === 'CAP_SYS_ADMIN') wrong('cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
  }
  checkAppArmor(errors, `${path}.appArmorProfile`, (context as WithAppArmor).appArmorProfile);
}

type Profile = { readonly type?: string; readonly localhostProfile?: string };
type WithAppArmor = { readonly appArmorProfile?: Profile };
const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function checkSeccomp(errors: Errors, path: string, profile: Profile | undefined): void {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  if (!type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  else if (!profileTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, profileTypes));
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined)
      errors.push(
        invalidValue(`${path}.localhostProfile`, { Type: type ?? '', LocalhostProfile: localhostProfile }, 'can only be set when seccomp type is Localhost'),
      );
  } else if (localhostProfile === undefined) errors.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'));
  else checkDescending(errors, `${path}.localhostProfile`, localhostProfile);
}

function checkAppArmor(errors: Errors, path: string, profile: Profile | undefined): void {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  if (!type) errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
  else if (!profileTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, profileTypes));
  else if (type !== 'Localhost') {
    if (localhostProfile !== undefined)
      errors.push(invalidValue(`${path}.localhostProfile`, localhostProfile, 'can only be set when AppArmor type is Localhost'));
  } else if (!localhostProfile?.trim()) errors.push(required(`${path}.localhostProfile`, 'must be set when AppArmor type is Localhost'));
  else if (localhostProfile.trim() !== localhostProfile)
    errors.push(invalidValue(`${path}.localhostProfile`, localhostProfile, 'must not be padded with whitespace'));
}

/** A pod's. */
export function checkPodSecurityContext(errors: Errors, path: string, context: core.PodSecurityContext, spec: PodSpec): void {
  checkId(errors, `${path}.fsGroup`, context.fsGroup);
  checkId(errors, `${path}.runAsUser`, context.runAsUser);
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup);
  for (const [i, id] of (context.supplementalGroups ?? []).entries()) checkId(errors, `${path}.supplementalGroups[${i}]`, id);
  if (spec.shareProcessNamespace && spec.hostPID)
    errors.push(invalidValue(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  checkSysctls(errors, `${path}.sysctls`, context.sysctls ?? [], spec);
  oneOf(errors, `${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile);
  const { appArmorProfile, supplementalGroupsPolicy, seLinuxChangePolicy } = context as WithPolicies;
  checkAppArmor(errors, `${path}.appArmorProfile`, appArmorProfile);
  oneOf(errors, `${path}.supplementalGroupsPolicy`, supplementalGroupsPolicy, ['Merge', 'Strict']);
  oneOf(errors, `${path}.seLinuxChangePolicy`, seLinuxChangePolicy, ['MountOption', 'Recursive']);
}

type WithPolicies = WithAppArmor & { readonly supplementalGroupsPolicy?: string; readonly seLinuxChangePolicy?: string };

const sysctlName = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const ipc = /^(?:kernel\.shm|kernel\.msg|kernel\.sem$|fs\.mqueue\.)/;

function checkSysctls(errors: Errors, path: string, sysctls: readonly core.Sysctl[], spec: PodSpec): void {
  const names = new Set<string>();
  for (const [i, { name }] of sysctls.entries()) {
    const at = `${path}[${i}].name`;
    if (!name) errors.push(required(at));
    else if (name.length > 253 || !/^(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/.test(name))
      errors.push(invalidValue(at, name, `must have at most 253 characters and match regex ${sysctlName}`));
    else if (names.has(name)) errors.push(duplicate(at, name));
    if (spec.hostNetwork && name?.startsWith('net.')) errors.push(invalidValue(at, name, "may not be specified when 'hostNetwork' is true"));
    if (spec.hostIPC && ipc.test(name ?? '')) errors.push(invalidValue(at, name, "may not be specified when 'hostIPC' is true"));
    names.add(name);
  }
}

/** A pod with a user namespace of its own shares none of the node's others (validateHostUsers). */
export function checkHostUsers(errors: Errors, path: string, spec: PodSpec): void {
  if (spec.hostUsers !== false) return;
  const text = 'when `hostUsers` is false';
  if (spec.hostNetwork) errors.push(forbiddenField(`${path}.hostNetwork`, text));
  if (spec.hostPID) errors.push(forbiddenField(`${path}.HostPID`, text));
  if (spec.hostIPC) errors.push(forbiddenField(`${path}.HostIPC`, text));
  for (const field of ['initContainers', 'containers'] as const)
    for (const [i, { volumeDevices }] of (spec[field] ?? []).entries())
      if (volumeDevices?.length) errors.push(forbiddenField(`${path}.${field}[${i}].volumeDevices`, text));
}

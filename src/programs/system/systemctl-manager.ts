/** systemctl set-property, set-default, isolate, link, environment: what is said to the manager (systemd src/systemctl). */
import type { Systemd } from '../../linux/systemd.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Call } from '../tool.ts';
import { fullName } from './units.ts';

type Verb = (call: Call, manager: Systemd, names: readonly string[]) => Routine<number>;

function* failed(call: Call, text: string, status = 1): Routine<number> {
  yield* call.process.printError(`${text}\n`);
  return status;
}

const settable = /^(CPU(Quota|Weight|Accounting)|Memory(Max|High|Low|Min|SwapMax|Accounting)|TasksMax|IOWeight|IOAccounting|AllowedCPUs|StartupCPUWeight)$/;

/** A drop-in a property, which holds until the next boot with --runtime. */
function* setProperty(call: Call, manager: Systemd, [name, ...settings]: readonly string[]): Routine<number> {
  if (name === undefined || settings.length === 0) return yield* failed(call, 'Too few arguments.');
  if (call.process.uid !== 0) return yield* failed(call, `Failed to set unit properties on ${fullName(name)}: Interactive authentication required.`);
  const unit = manager.lookup(name);
  if (!unit) return yield* failed(call, `Failed to set unit properties on ${fullName(name)}: Unit ${fullName(name)} not found.`);
  for (const setting of settings) {
    const [key = '', value] = setting.split(/=(.*)/s);
    if (value === undefined) return yield* failed(call, `Not an assignment: ${setting}`);
    if (!settable.test(key)) return yield* failed(call, `Failed to set unit properties on ${unit.name}: Cannot set property ${key}, or unknown property.`);
    const folder = `${call.has('runtime') ? '/run' : '/etc'}/systemd/system.control/${unit.name}.d`;
    manager.init.fs.mkdir(folder, { parents: true });
    const note = '# This is a drop-in unit file extension, created via "systemctl set-property"\n# or an equivalent operation. Do not edit.\n';
    manager.init.fs.write(`${folder}/50-${key}.conf`, `${note}[Service]\n${key}=${value}\n`);
  }
  manager.reload();
  return 0;
}

const defaultLink = '/etc/systemd/system/default.target';
const targets = ['multi-user.target', 'graphical.target', 'rescue.target', 'emergency.target', 'poweroff.target', 'reboot.target'];

function* getDefault(call: Call, manager: Systemd): Routine<number> {
  const { fs } = manager.init;
  const link = fs.find(defaultLink, false);
  yield* call.print(`${link?.type === 'symlink' ? link.target.replace(/.*\//, '') : 'graphical.target'}\n`);
  return 0;
}

function* setDefault(call: Call, manager: Systemd, [name = '']: readonly string[]): Routine<number> {
  const target = name.includes('.') ? name : `${name}.target`;
  if (!targets.includes(target)) return yield* failed(call, `Failed to set default target: Unit ${target} does not exist`);
  const { fs } = manager.init;
  if (fs.find(defaultLink, false)) {
    fs.unlink(defaultLink);
    yield* call.process.printError(`Removed '${defaultLink}'.\n`);
  }
  fs.symlink(`/usr/lib/systemd/system/${target}`, defaultLink);
  yield* call.process.printError(`Created symlink '${defaultLink}' → '/usr/lib/systemd/system/${target}'.\n`);
  return 0;
}

/** The machine is in multi-user.target already; what would take it out of that is not simulated. */
function* isolate(call: Call, _manager: Systemd, [name = '']: readonly string[]): Routine<number> {
  const target = name.includes('.') ? name : `${name}.target`;
  if (['multi-user.target', 'graphical.target', 'default.target'].includes(target)) return 0;
  if (!target.endsWith('.target'))
    return yield* failed(
      call,
      `Failed to start ${target}: Operation refused, unit may not be isolated.\nSee system logs and 'systemctl status ${target}' for details.`,
    );
  if (targets.includes(target)) return yield* failed(call, `k8s-lab: systemctl isolate ${target} is not simulated`, 70);
  return yield* failed(call, `Failed to start ${target}: Unit ${target} not found.`, 5);
}

/** A unit's file that lies elsewhere. */
function* link(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  const { fs } = manager.init;
  for (const path of names) {
    if (!path.startsWith('/')) return yield* failed(call, `Failed to link unit: Invalid argument`);
    if (!fs.exists(path)) return yield* failed(call, `Failed to link unit: File ${path}: No such file or directory`);
    const to = `/etc/systemd/system/${path.slice(path.lastIndexOf('/') + 1)}`;
    if (fs.find(to, false)) continue;
    fs.symlink(path, to);
    yield* call.process.printError(`Created symlink '${to}' → '${path}'.\n`);
  }
  manager.reload();
  return 0;
}

function* setEnvironment(call: Call, manager: Systemd, pairs: readonly string[]): Routine<number> {
  for (const pair of pairs) {
    const [name = '', value] = pair.split(/=(.*)/s);
    if (value === undefined) return yield* failed(call, `Failed to set environment: Invalid environment assignments`);
    manager.init.env[name] = value;
  }
  return 0;
}

function* unsetEnvironment(_call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  for (const name of names) delete manager.init.env[name];
  return 0;
}

function* importEnvironment(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  for (const name of names) {
    const value = call.process.env[name];
    if (value !== undefined) manager.init.env[name] = value;
  }
  return 0;
}

function* showEnvironment(call: Call, manager: Systemd): Routine<number> {
  const { env } = manager.init;
  for (const name of Object.keys(env).sort()) yield* call.print(`${name}=${env[name] ?? ''}\n`);
  return 0;
}

/** By what is typed after systemctl. */
export const managerVerbs: Readonly<Record<string, Verb>> = {
  'set-property': setProperty,
  'get-default': getDefault,
  'set-default': setDefault,
  isolate,
  link,
  'set-environment': setEnvironment,
  'unset-environment': unsetEnvironment,
  'import-environment': importEnvironment,
  'show-environment': showEnvironment,
};

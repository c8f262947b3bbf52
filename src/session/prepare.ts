/** Makes a lesson's world out of a fresh one: files, set-up lines, objects, and waiting until it is as the lesson wants it. */

import { resourceOfKind } from '../apimachinery/resources.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { FaultError, faultCommandPath, findFault, injectFault, placeOf } from '../cluster/faults/index.ts';
import { writeFile } from '../cluster/machine/machine.ts';
import { Expressions } from '../grading/cel.ts';
import { evaluate } from '../grading/evaluate.ts';
import { resourcePath } from '../grading/resource-path.ts';
import type { Lesson } from '../lessons/lesson.ts';
import { Errno } from '../linux/errno.ts';
import { Sink } from '../linux/open-file.ts';
import { Observer } from './observer.ts';

const setupLimit = 120_000;
const readyLimit = 180_000;

/** A lesson's world cannot be made: the author's check says so, with the place in the lesson. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
  /** JSON pointer into lesson.yaml. */
  readonly pointer: string;
  constructor(pointer: string, message: string) {
    super(message);
    this.pointer = pointer;
  }
}

/** Throws WorldError: such a lesson never passes the author's check. */
export function prepareWorld(cluster: Cluster, lesson: Lesson): void {
  const { world } = lesson;
  needMachine(cluster, '/start/at', lesson.start?.at ?? cluster.home);
  for (const [index, { at }] of lesson.steps.entries()) if (at !== undefined) needMachine(cluster, `/steps/${index}/at`, at);
  for (const [index, file] of (world.files ?? []).entries()) placeFile(cluster, `/world/files/${index}`, file);
  for (const [index, { on, run }] of (world.setup ?? []).entries()) runLine(cluster, `/world/setup/${index}`, on, run);
  for (const [index, object] of (world.objects ?? []).entries()) createObject(cluster, `/world/objects/${index}`, object);
  awaitReady(cluster, lesson);
  hideFaultCommand(cluster);
  for (const [index, fault] of (world.faults ?? []).entries()) placeFault(cluster, lesson, `/world/faults/${index}`, fault);
}

/** A learner who could list faults would be told what to find. */
function hideFaultCommand(cluster: Cluster): void {
  const { fs } = cluster.machine(cluster.home);
  if (fs.exists(faultCommandPath)) fs.unlink(faultCommandPath);
}

type PlacedFault = NonNullable<Lesson['world']['faults']>[number];

/** Those of the beginning show already when the learner comes; those of a step are only looked at. */
function placeFault(cluster: Cluster, lesson: Lesson, pointer: string, { fault: id, node, at = 'start' }: PlacedFault): void {
  const fault = findFault(id);
  if (!fault) throw new WorldError(pointer, `there is no fault ${id}`);
  if (at !== 'start' && !lesson.steps.some((step) => `step:${step.id}` === at)) throw new WorldError(pointer, `there is no ${at.replace(':', ' ')}`);
  try {
    placeOf(cluster, fault, node);
    if (at !== 'start') return;
    injectFault(cluster, id, node);
    cluster.sim.advance(fault.shownAfter * 1000);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    throw new WorldError(pointer, error.message);
  }
}

function needMachine(cluster: Cluster, pointer: string, name: string): void {
  if (!cluster.machines.has(name)) throw new WorldError(pointer, `there is no machine ${name}; there are ${[...cluster.machines.keys()].join(', ')}`);
}

function placeFile(cluster: Cluster, pointer: string, { on, path, content, mode }: NonNullable<Lesson['world']['files']>[number]): void {
  needMachine(cluster, pointer, on);
  try {
    writeFile(cluster.machine(on).fs, path, content, mode ? Number.parseInt(mode, 8) : 0o644);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new WorldError(pointer, `the file ${path} could not be made: ${error.message}`);
  }
}

/** So much of what a set-up line says is told when it fails. */
const longestOutput = 2_000;

function runLine(cluster: Cluster, pointer: string, machine: string, line: string): void {
  needMachine(cluster, pointer, machine);
  let output = '';
  const collect = new Sink((text) => {
    if (output.length < longestOutput) output += text.slice(0, longestOutput);
  });
  const process = cluster.openScript(machine, ['bash', '-c', line], { stdin: new Sink(() => {}), stdout: collect, stderr: collect.retain() });
  if (!cluster.sim.advanceUntil(() => process.exitStatus !== undefined, setupLimit))
    throw new WorldError(pointer, `the set-up line "${line}" did not end within ${setupLimit / 1000} s`);
  if (process.exitStatus !== 0) throw new WorldError(pointer, `the set-up line "${line}" ended with ${process.exitStatus}: ${output.trim()}`);
}

function createObject(cluster: Cluster, pointer: string, object: Readonly<Record<string, unknown>>): void {
  const { apiVersion, kind, metadata } = object as { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } };
  const resource = resourceOfKind(apiVersion, kind);
  if (!resource) throw new WorldError(pointer, `there is no kind ${kind} in ${apiVersion}`);
  const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : undefined;
  const response = cluster.rest({
    method: 'POST',
    path: resourcePath(resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`, namespace),
    body: object,
  });
  if (!response || response.status >= 300)
    throw new WorldError(pointer, `${kind} ${metadata.name} could not be made: ${response ? JSON.stringify(response.body) : 'nobody answers'}`);
  if (kind === 'Namespace') awaitServiceAccount(cluster, metadata.name);
}

/** No pod can be made in a namespace before its controller has given it a service account. */
function awaitServiceAccount(cluster: Cluster, namespace: string): void {
  const path = resourcePath('serviceaccounts', namespace, 'default');
  cluster.sim.advanceUntil(() => cluster.rest({ method: 'GET', path })?.status === 200, readyLimit);
}

function awaitReady(cluster: Cluster, lesson: Lesson): void {
  const checks = lesson.world.ready ?? [];
  if (checks.length === 0) {
    if ((lesson.world.objects ?? []).length > 0) cluster.sim.advance(5_000);
    return;
  }
  const observer = new Observer(cluster);
  const expressions = new Expressions();
  const until = cluster.sim.now + readyLimit;
  while (!checks.every((check) => evaluate(check, observer.view(new Map()), expressions).state === 'passed')) {
    if (cluster.sim.now >= until) throw new WorldError('/world/ready', `the world was not ready after ${readyLimit / 1000} s of its time`);
    cluster.sim.advance(500);
  }
}

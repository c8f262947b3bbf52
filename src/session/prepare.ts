/** Makes a lesson's world out of a fresh one: files, set-up lines, objects, and waiting until it is as the lesson wants it. */

import { resourceOfKind } from '../apimachinery/resources.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { writeFile } from '../cluster/machine/machine.ts';
import { Expressions, evaluate } from '../grading/evaluate.ts';
import { resourcePath } from '../grading/resource-path.ts';
import type { Lesson } from '../lessons/lesson.ts';
import { Sink } from '../linux/open-file.ts';
import { Observer } from './observer.ts';

const setupLimit = 120_000;
const readyLimit = 180_000;

/** Throws an Error that names the lesson and what went wrong: such a lesson never passes the author's check. */
export function prepareWorld(cluster: Cluster, lesson: Lesson): void {
  const { world } = lesson;
  for (const { on, path, content, mode } of world.files ?? []) writeFile(cluster.machine(on).fs, path, content, mode ? Number.parseInt(mode, 8) : 0o644);
  for (const { on, run } of world.setup ?? []) runLine(cluster, lesson.id, on, run);
  for (const object of world.objects ?? []) createObject(cluster, lesson.id, object);
  awaitReady(cluster, lesson);
}

function runLine(cluster: Cluster, id: string, machine: string, line: string): void {
  let output = '';
  const collect = new Sink((text) => {
    output += text;
  });
  const process = cluster.openScript(machine, ['bash', '-c', line], { stdin: new Sink(() => {}), stdout: collect, stderr: collect.retain() });
  if (!cluster.sim.advanceUntil(() => process.exitStatus !== undefined, setupLimit))
    throw new Error(`lesson ${id}: the set-up line "${line}" did not end within ${setupLimit / 1000} s`);
  if (process.exitStatus !== 0) throw new Error(`lesson ${id}: the set-up line "${line}" ended with ${process.exitStatus}: ${output.trim()}`);
}

function createObject(cluster: Cluster, id: string, object: Readonly<Record<string, unknown>>): void {
  const { apiVersion, kind, metadata } = object as { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } };
  const resource = resourceOfKind(apiVersion, kind);
  if (!resource) throw new Error(`lesson ${id}: there is no kind ${kind} in ${apiVersion}`);
  const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : undefined;
  const response = cluster.rest({
    method: 'POST',
    path: resourcePath(resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`, namespace),
    body: object,
  });
  if (!response || response.status >= 300)
    throw new Error(`lesson ${id}: ${kind} ${metadata.name} could not be made: ${response ? JSON.stringify(response.body) : 'nobody answers'}`);
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
    if (cluster.sim.now >= until) throw new Error(`lesson ${lesson.id}: the world was not ready after ${readyLimit / 1000} s of its time`);
    cluster.sim.advance(500);
  }
}

/** Services by name, and their containers. */
import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import { type Context, NerdctlError } from '../context.ts';
import { nameOf } from '../find.ts';
import { labels } from '../labels.ts';
import type { Project, Service } from './project.ts';

/** The named ones, or all. */
export function selected(project: Project, names: readonly string[]): readonly Service[] {
  const missing = names.find((name) => !project.services.some((each) => each.name === name));
  if (missing !== undefined) throw new NerdctlError(`no such service: ${missing}`);
  return names.length === 0 ? project.services : project.services.filter(({ name }) => names.includes(name));
}

/** The named ones and those that they need. */
export function withDependencies(project: Project, names: readonly string[]): readonly Service[] {
  if (names.length === 0) return project.services;
  const wanted = new Set(selected(project, names).map(({ name }) => name));
  for (const { name, dependsOn } of [...project.services].reverse()) if (wanted.has(name)) for (const each of dependsOn) wanted.add(each.name);
  return project.services.filter(({ name }) => wanted.has(name));
}

/** By compose's labels; of one service if it is named. */
export const containersOf = (context: Context, project: Project, service?: string): ContainerdContainer[] =>
  context
    .client()
    .containers.list(context.namespace)
    .filter(({ labels: own }) => own[labels.composeProject] === project.name && (service === undefined || own[labels.composeService] === service))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

/** docker compose config: what the files come to. */
import { dumpOrderedYaml } from '../../../apimachinery/yaml.ts';
import { asJson, asYaml, canonical } from '../../compose-config.ts';
import { networkNames, texts } from '../../compose-file.ts';
import { imageOf, type Project } from '../../compose-project.ts';
import type { Flags } from '../../flags.ts';

export function showConfig(project: Project, flags: Flags): string {
  const lines = (names: readonly string[]): string => names.map((name) => `${name}\n`).join('');
  if (flags.bool('quiet')) return '';
  if (flags.bool('services')) return lines(project.services.map(({ name }) => name));
  if (flags.bool('images')) return lines(project.services.map((service) => imageOf(project, service)));
  if (flags.bool('volumes')) return lines(Object.keys(project.volumes));
  if (flags.bool('networks')) return lines([...new Set(project.services.flatMap(({ fields }) => networkNames(fields)))].sort());
  if (flags.bool('profiles')) return lines([...new Set(project.services.flatMap(({ fields }) => texts(fields['profiles'])))].sort());
  const document = canonical(project);
  return flags.text('format') === 'json' ? `${JSON.stringify(asJson(document), null, 2)}\n` : dumpOrderedYaml(asYaml(document), 2);
}

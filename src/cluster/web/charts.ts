/** Repositories of charts: their indexes and packages. */
import { createHash } from 'node:crypto';
import { gzip, writeTar } from '../../apimachinery/tar.ts';
import { dumpYaml } from '../../apimachinery/yaml.ts';
import { remembered } from '../../sim/remembered.ts';
import { encodeUtf8 } from '../../sim/stream.ts';
import { type ChartText, chartRepositories } from './charts-text.ts';

const made = Date.UTC(2026, 5, 1);

const metadata = ({ name, description, home }: ChartText, [version, appVersion]: readonly [string, string]) => ({
  ...{ apiVersion: 'v2', name, description, home, icon: `${home}/icon.png`, type: 'application', version, appVersion },
});

function archive(chart: ChartText, versions: readonly [string, string]): string {
  const files = { 'Chart.yaml': dumpYaml(metadata(chart, versions)), ...chart.files };
  return gzip(
    writeTar(
      Object.entries(files).map(([path, content]) => ({ path: `${chart.name}/${path}`, content })),
      made,
    ),
  );
}

const index = remembered((host: string, path: string): string => {
  const charts = chartRepositories.find((each) => each.host === host && each.path === path)?.charts ?? [];
  const created = new Date(made).toISOString();
  const entries = charts.map((chart) => [
    chart.name,
    chart.versions.map((versions) => ({
      ...metadata(chart, versions),
      created,
      digest: createHash('sha256')
        .update(encodeUtf8(archive(chart, [...versions])))
        .digest('hex'),
      urls: [`https://${host}${path}/${chart.name}-${versions[0]}.tgz`],
    })),
  ]);
  return dumpYaml({ apiVersion: 'v1', entries: Object.fromEntries(entries), generated: created });
});

/** index.yaml or a package of a repository; undefined for what is neither. */
export function chartFile(host: string, repository: string, file: string): string | undefined {
  if (file === 'index.yaml') return index(host, repository);
  for (const { charts } of chartRepositories.filter((each) => each.host === host && each.path === repository))
    for (const chart of charts) for (const versions of chart.versions) if (file === `${chart.name}-${versions[0]}.tgz`) return archive(chart, [...versions]);
  return undefined;
}

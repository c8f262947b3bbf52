import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newWorld } from '../kubectl/world.ts';

const helpers = `{{- define "one" -}}
{{ include "two" . }}
{{- end -}}
{{- define "two" -}}
x
{{ .Values.a.b }}
{{- end -}}
{{- define "req" -}}{{ required "x needed" .Values.zz }}{{- end -}}
`;
const values = 'nn: 1000000\nm: 8080\nf: 1.5\nbig: 12345678901\ns: "x"\nnul: null\nlist: [1, 2]\nmap: {b: 1, a: x}\n';

test('templates make what helm 4.1.4 made of them', () => {
  const { parent, run } = newWorld();
  const write = (path: string, text: string) => {
    parent.fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
    parent.fs.write(path, text);
  };
  write('/root/t/Chart.yaml', 'apiVersion: v2\nname: t\nversion: 0.1.0\n');
  write('/root/t/values.yaml', values);
  write('/root/t/conf/a.txt', 'l1\nl2\n');
  write('/root/t/templates/_h.tpl', helpers);
  write('/root/t/templates/a.yaml', 'x: y\n');
  const recorded: [string, string][] = JSON.parse(readFileSync('test/cli/helm/templates.json', 'utf8'));
  expect(recorded.length).toBeGreaterThan(80);
  const wrong = recorded.flatMap(([body, wanted]) => {
    write('/root/t/templates/b.yaml', `a: ${body}\n`);
    const { out } = run(['helm', 'template', 'r', 't', '-s', 'templates/b.yaml']);
    const made = out.replace('---\n# Source: t/templates/b.yaml\n', '').replace('\n\nUse --debug flag to render out invalid YAML', '').trimEnd();
    return made === wanted ? [] : [{ body, wanted, made }];
  });
  expect(wrong).toEqual([]);
});

test('templates that would fill the memory end with a word on it', () => {
  const { parent, run } = newWorld();
  parent.fs.mkdir('/root/t/templates', { parents: true });
  parent.fs.write('/root/t/Chart.yaml', 'apiVersion: v2\nname: t\nversion: 0.1.0\n');
  const made = (body: string): string => {
    parent.fs.write('/root/t/templates/a.yaml', body);
    return run(['helm', 'template', 't']).out;
  };
  for (const body of [
    '{{ $x := list 1 }}{{ range until 40 }}{{ $x = concat $x $x }}{{ end }}',
    '{{ untilStep 0 100000000 1 }}',
    '{{ until 90000 | uniq | len }}{{ $x := until 90000 }}{{ concat $x $x }}',
    '{{ randAlphaNum 1000000000 }}',
  ])
    expect(made(body)).toContain('k8s-lab: a list so long is not simulated');
  expect(made('{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ toYaml $d }}')).toContain('k8s-lab: a map within itself is not simulated');
  expect(made('a: {{ list 2 1 2 "1" 1 | uniq | join "" }}')).toContain('a: 211\n');
});

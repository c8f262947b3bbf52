import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The architecture as tables; docs: src/README.md. */
const ground = ['sim', 'api', 'apimachinery', 'interfaces', 'linux', 'client', 'cri'];
const rooms = [
  'etcd',
  'apiserver',
  'scheduler',
  'controller-manager',
  'kubelet',
  'kube-proxy',
  'coredns',
  'kube-network-policies',
  'local-path-provisioner',
  'metrics-server',
  'containerd',
  'crio',
  'runc',
  'cni',
  'images',
  'dockerd',
  'dockershim',
  'buildkit',
  'stargz-snapshotter',
];

/** Who may import whom. A room imports the ground floor and never another room. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  sim: [],
  api: [],
  apimachinery: ['sim', 'api'],
  interfaces: ['sim', 'api', 'apimachinery'],
  linux: ['sim'],
  client: ['sim', 'api', 'apimachinery', 'interfaces', 'linux'],
  cri: ['sim', 'apimachinery', 'interfaces', 'linux'],
  ...Object.fromEntries(rooms.map((room) => [room, ground])),
  shell: ['sim', 'linux'],
  programs: [...ground, 'shell'],
  cli: ground,
  cluster: [...ground, ...rooms, 'shell', 'programs', 'cli'],
  lessons: ['sim', 'api', 'apimachinery'],
  grading: [...ground, 'lessons'],
  session: ['sim', 'api', 'apimachinery', 'interfaces', 'linux', 'cluster', 'shell', 'lessons', 'grading'],
  tui: ['session', 'lessons'],
  serve: ['sim', 'api', 'apimachinery', 'interfaces', 'linux', 'cluster'],
  headless: ['arguments', 'sim', 'linux', 'cluster', 'lessons', 'grading', 'session', 'tui', 'serve'],
};
/** Data that is bundled from outside of src, and who may take it in. */
const mayBundle: Readonly<Record<string, RegExp>> = { lessons: /^lessons\/schema\/[\w.-]+\.json$/, headless: /^lessons\/schema\/[\w.-]+\.json$/ };

/** Who may speak which wall. */
const maySpeak: Readonly<Record<string, readonly string[]>> = {
  // kubeadm adds the member of a control-plane node that joins.
  etcd: ['etcd', 'apiserver', 'cli/etcdctl', 'cli/etcdutl', 'cli/kubeadm', 'interfaces'],
  'etcd-auth': ['etcd', 'cli/etcdctl', 'interfaces'],
  'etcd-member-id': ['etcd', 'cli/etcdutl'],
  'etcd-snapshot-file': ['cli/etcdctl', 'cli/etcdutl'],
  rest: ['apiserver', 'client', 'metrics-server', 'cli/kubectl', 'cli/kubeadm', 'serve'],
  kubelet: ['kubelet', 'apiserver'],
  cri: ['kubelet', 'containerd', 'crio', 'cri', 'dockershim', 'cli/crictl', 'cli/kubeadm'],
  containerd: ['containerd', 'dockerd', 'buildkit', 'cli/containerd-client', 'cli/ctr', 'cli/nerdctl'],
  ipfs: ['cli/ipfs', 'cli/nerdctl'],
  snapshotter: ['containerd', 'stargz-snapshotter', 'cli/nerdctl', 'interfaces'],
  docker: ['dockerd', 'dockershim', 'cli/docker'],
  'docker-defaults': ['dockerd', 'dockershim'],
  // dockerd has BuildKit linked in; nerdctl starts buildctl.
  buildkit: ['buildkit', 'dockerd', 'cli/buildctl', 'interfaces'],
  // ctr and nerdctl are containerd's clients in the full sense: they write the OCI spec, nerdctl calls the plugins of CNI itself.
  oci: ['containerd', 'buildkit', 'crio', 'cri', 'dockerd', 'runc', 'cli/runc', 'cli/ctr', 'cli/nerdctl', 'interfaces'],
  cni: ['containerd', 'crio', 'cri', 'dockershim', 'cni', 'cli/ctr', 'cli/nerdctl'],
  distribution: [
    'client',
    'containerd',
    'stargz-snapshotter',
    'crio',
    'cri',
    'dockerd',
    'images',
    'cli/ctr',
    'cli/docker',
    'cli/nerdctl',
    'cli/cosign',
    'cli/notation',
    'interfaces',
  ],
};
/** The electrician may touch all; graders read as a learner could. Shapes that are no wall of their own may be used by all. */
const speaksAll = ['cluster', 'grading', 'session'];
const notWalls = [
  'protocol',
  'streams',
  'image-archive',
  'chain-id',
  'dockerfile',
  'dockerfile-copy',
  'new-image',
  'image-content',
  'oci-defaults',
  'image-name',
  'lazy-layers',
  'ocicrypt',
  'releases',
];

const virtualTimeOnly = (path: string): boolean => !/^src\/(tui|serve|headless)\/|^src\/(main|start|arguments)\.ts$/.test(path);
const banned: readonly { readonly pattern: RegExp; readonly instead: string; readonly where: (path: string) => boolean }[] = [
  { pattern: /\bDate\.now\(|new Date\(\)|performance\.now\(/, instead: 'read sim.now', where: virtualTimeOnly },
  { pattern: /\bMath\.random\(|crypto\.random/, instead: 'draw from sim.random', where: virtualTimeOnly },
  { pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\(/, instead: 'write a Routine', where: virtualTimeOnly },
  { pattern: /\basync\b|\bawait\b|\bnew Promise\b|\bPromise</, instead: 'write a Routine', where: virtualTimeOnly },
  {
    pattern: /(?<![.\w#])(fetch|eval|structuredClone)\(|(?<![.\w#])require\(''|\bnew (Function|Worker|WebSocket)\(|\bglobalThis\b/,
    instead: 'stay inside the simulated world',
    where: virtualTimeOnly,
  },
  { pattern: /\bas any\b|: any\b|<any>/, instead: 'name the type', where: () => true },
];

/** Looked for inside quotes too. */
const bannedTexts: typeof banned = [
  { pattern: /(from |import\()'node:(?!crypto'|zlib'|url'|buffer')/, instead: 'go through the simulated machine', where: virtualTimeOnly },
];

type Source = { readonly path: string; readonly text: string };

/** What opens a text, a comment or a pattern, and what it is up to its end; code before a pattern cannot end in a value. */
const notCode =
  /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<=(?:[(,=:[!&|?{};\n>]|return)\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** Code alone: without comments, patterns and the words in texts, line by line as before; what stands in a template's `${ }` is code. */
function unquoted(text: string): string {
  let out = '';
  // For each template that is open, how many braces are open in the `${ }` that is being read; -1 in its words.
  const templates: number[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    const depth = templates.at(-1);
    if (depth === -1) {
      if (char === '`') templates.pop();
      if (text.startsWith('${', at)) templates[templates.length - 1] = 0;
      if (char === '\n') out += char;
      at += char === '\\' || text.startsWith('${', at) ? 2 : 1;
      continue;
    }
    notCode.lastIndex = at;
    const found = notCode.exec(text)?.[0];
    if (found !== undefined) {
      out += `''${found.replace(/[^\n]/g, '')}`;
      at += found.length;
      continue;
    }
    if (char === '`') templates.push(-1);
    else if (depth !== undefined && (char === '{' || char === '}')) templates[templates.length - 1] = char === '{' ? depth + 1 : depth - 1;
    out += char === '`' ? "''" : char;
    at++;
  }
  return out;
}

const roomOf = (path: string): string => path.split('/')[1]?.replace(/\.tsx?$/, '') ?? '';
const importsOf = ({ path, text }: Source): string[] =>
  [...text.matchAll(/(?:from|import) '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map((match) =>
    normalize(join(dirname(path), (match[1] ?? match[2]) as string)).replaceAll('\\', '/'),
  );

/** Files that speak of Node's own `process`: in the world that word is a simulated one, which somebody has handed in. */
const hostProcess = (sources: readonly Source[]): string[] =>
  sources
    .filter(({ path }) => virtualTimeOnly(path))
    .filter(({ text }) => /(?<![.\w])process\.\w/.test(unquoted(text)) && !/(?<![.\w])process\b(?!\.)\s*[,:)}=?;]|\bprocess =>/.test(unquoted(text)))
    .map(({ path }) => `${path} uses Node's process`);

function wrongImports(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => mayImport[roomOf(path)])
    .flatMap((source) =>
      importsOf(source)
        .filter((target) => !mayBundle[roomOf(source.path)]?.test(target))
        .filter((target) => !target.startsWith('src/') || (roomOf(target) !== roomOf(source.path) && !mayImport[roomOf(source.path)]?.includes(roomOf(target))))
        .map((target) => `${source.path} imports ${target}: ${roomOf(source.path)} may import ${mayImport[roomOf(source.path)]?.join(', ') || 'nothing'}`),
    );
}

/** A command-line tool never imports another. */
/** Helm has kubectl's client and discovery linked in, as the real one has. */
const builtWith: Readonly<Record<string, string>> = { helm: 'kubectl' };

function toolsImportingTools(sources: readonly Source[]): string[] {
  const tool = (path: string): string | undefined => /^src\/cli\/([^/]+)\//.exec(path)?.[1];
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((target) => tool(source.path) && tool(target) && tool(source.path) !== tool(target) && builtWith[tool(source.path) ?? ''] !== tool(target))
      .map((target) => `${source.path} imports ${target}`),
  );
}

function wrongWalls(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(/from '[^']*interfaces\/([^']+)\.ts'/g)]
      .map((match) => match[1] as string)
      .filter((wall) => !notWalls.includes(wall) && roomOf(path) !== 'interfaces' && !speaksAll.includes(roomOf(path)))
      .filter((wall) => !maySpeak[wall]?.some((room) => path.startsWith(`src/${room}/`) || path === `src/${room}.ts`))
      .map((wall) => `${path} speaks ${wall}: only ${maySpeak[wall]?.join(', ')} may`),
  );
}

function bannedCalls(sources: readonly Source[]): string[] {
  const look = (path: string, text: string, rules: typeof banned): string[] =>
    text
      .split('\n')
      .flatMap((line, index) =>
        rules
          .filter(({ pattern, where }) => where(path) && pattern.test(line))
          .map(({ pattern, instead }) => `${path}:${index + 1}: found ${pattern.exec(line)?.[0]}, ${instead}`),
      );
  return sources.flatMap(({ path, text }) => [...look(path, unquoted(text), banned), ...look(path, text, bannedTexts)]);
}

/** Files that import each other in a ring, type imports aside. */
function cycles(sources: readonly Source[]): string[] {
  const graph = new Map(
    sources.map((source) => [
      source.path,
      importsOf({ ...source, text: source.text.replace(/import type [^;]+;/g, '').replace(/export type [^;]+ from [^;]+;/g, '') }),
    ]),
  );
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      return;
    }
    state.set(path, 'open');
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** Pure tables, and texts of programs, may be long. */
const tables = /\/(tables?|constants|data|catalogue|resources|generated)[\w/-]*\.ts$|-(table|data|texts?)\.ts$|\/(registry|bootstrap|interfaces|applets)\//;
const longFile = 300;
const lineCount = (text: string): number => text.replace(/\n$/, '').split('\n').length;

const longFiles = (sources: readonly Source[]): string[] =>
  sources
    .filter(({ path, text }) => !tables.test(path) && lineCount(text) > longFile)
    .map(({ path, text }) => `${path}: ${lineCount(text)} lines, ${longFile} at most`);

const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name}`.replaceAll('\\', '/'))
  .filter((path) => /\.tsx?$/.test(path) && !path.includes('/generated/'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

describe('the building', () => {
  test('rooms import along the wiring diagram', () => expect(wrongImports(sources)).toEqual([]));
  test('tools do not import each other', () => expect(toolsImportingTools(sources)).toEqual([]));
  test('only the right rooms speak each wall', () => expect(wrongWalls(sources)).toEqual([]));
  test('no file reaches around the simulated world', () => expect(bannedCalls(sources)).toEqual([]));
  test("no file of the world uses Node's process", () => expect(hostProcess(sources)).toEqual([]));
  test('no files import each other in a ring', () => expect(cycles(sources)).toEqual([]));
  test(`files have ${longFile} lines at most`, () => expect(longFiles(sources)).toEqual([]));
  test('every folder of src stands in the tables and in the map', () => {
    const map = readFileSync('src/README.md', 'utf8');
    const folders = [
      ...new Set(
        sources
          .map(({ path }) => path)
          .filter((path) => path.split('/').length > 2)
          .map(roomOf),
      ),
    ];
    expect(folders.filter((folder) => !mayImport[folder])).toEqual([]);
    expect(folders.filter((folder) => !map.includes(`\`${folder}/\``))).toEqual([]);
  });
});

describe('the tidy test itself sees planted breaches', () => {
  const plant = (path: string, text: string): Source[] => [{ path, text }];
  test('a room that imports a room', () => expect(wrongImports(plant('src/kubelet/x.ts', "import { A } from '../containerd/a.ts';"))).toHaveLength(1));
  test('a ground floor that imports a room', () => expect(wrongImports(plant('src/sim/x.ts', "import { A } from '../etcd/a.ts';"))).toHaveLength(1));
  test('a kubelet that speaks etcd', () =>
    expect(wrongWalls(plant('src/kubelet/x.ts', "import type { EtcdApi } from '../interfaces/etcd.ts';"))).toHaveLength(1));
  test('a wall clock', () => expect(bannedCalls(plant('src/kubelet/x.ts', 'const now = Date.now();'))).toHaveLength(1));
  test('a promise', () => expect(bannedCalls(plant('src/shell/x.ts', 'async function f() {}'))).toHaveLength(1));
  test('a host file', () => expect(bannedCalls(plant('src/programs/x.ts', "import { readFileSync } from 'node:fs';"))).toHaveLength(1));
  test('code inside a template', () => expect(bannedCalls(plant('src/shell/x.ts', 'const x = `a ${Date.now()} b`;'))).toHaveLength(1));
  test('words in texts and comments are none', () =>
    expect(bannedCalls(plant('src/shell/x.ts', "say('await: any'); // async\nsay(`await <any> ${x} async`); /* Date.now() */ say(`: any\n: any`);"))).toEqual(
      [],
    ));
  test('the line of what comes after a comment of several', () =>
    expect(bannedCalls(plant('src/shell/x.ts', '/*\n\n*/\nDate.now();'))[0]).toContain('src/shell/x.ts:4:'));
  test('data from outside that is no schema', () =>
    expect(wrongImports(plant('src/lessons/x.ts', "import a from '../../package.json' with { type: 'json' };"))).toHaveLength(1));
  test("Node's own process", () => expect(hostProcess(plant('src/programs/x.ts', "export const home = process.env['HOME'];"))).toHaveLength(1));
  test('a request to the host', () => expect(bannedCalls(plant('src/programs/x.ts', "fetch('http://localhost')"))).toHaveLength(1));
  test('a host module that is loaded later', () => expect(bannedCalls(plant('src/programs/x.ts', "import('node:vm')"))).toHaveLength(1));
  test('an any', () => expect(bannedCalls(plant('src/tui/x.ts', 'const x: any = 1;'))).toHaveLength(1));
  test('a ring', () =>
    expect(
      cycles([
        { path: 'src/a/x.ts', text: "import { y } from './y.ts';" },
        { path: 'src/a/y.ts', text: "import { x } from './x.ts';" },
      ]),
    ).toHaveLength(1));
  test('a tool that imports a tool', () => expect(toolsImportingTools(plant('src/cli/ctr/x.ts', "import { a } from '../crictl/a.ts';"))).toHaveLength(1));
  test('a file of 301 lines', () => expect(longFiles(plant('src/kubelet/x.ts', '\n'.repeat(301)))).toHaveLength(1));
});

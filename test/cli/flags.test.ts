import { describe, expect, it } from 'vitest';
import {
  type Command,
  cobraHelp,
  dockerHelp,
  type FlagSpec,
  missingRequired,
  parseFlags,
  parseUrfave,
  resolveCobra,
  resolveUrfave,
  urfaveHelp,
} from '../../src/cli/flags.ts';

const specs: FlagSpec[] = [
  { name: 'all-namespaces', short: 'A', type: 'bool' },
  { name: 'output', short: 'o' },
  { name: 'replicas', short: 'r', type: 'int', default: '1' },
  { name: 'port', type: 'int', default: '-1' },
  { name: 'since', type: 'duration' },
  { name: 'image', type: 'stringSlice' },
  { name: 'from-literal', type: 'stringArray' },
  { name: 'dry-run', noOptDefault: 'unchanged', default: 'none' },
  { name: 'labels', type: 'stringToString' },
  { name: 'namespace', short: 'n', env: ['NS'] },
];

describe('pflag', () => {
  it('reads', () => {
    const { flags, args, dash } = parseFlags(
      ['pods', '-Aojson', '--replicas=3', 'x', '--image', 'a,b', '--image=c', '--from-literal=a=1,2', '--dry-run', '--', '-z', 'y'],
      specs,
    );
    expect(args).toEqual(['pods', 'x', '-z', 'y']);
    expect(dash).toBe(2);
    expect(flags.bool('all-namespaces')).toBe(true);
    expect(flags.text('output')).toBe('json');
    expect(flags.number('replicas')).toBe(3);
    expect(flags.number('port')).toBe(-1);
    expect(flags.list('image')).toEqual(['a', 'b', 'c']);
    expect(flags.list('from-literal')).toEqual(['a=1,2']);
    expect(flags.text('dry-run')).toBe('unchanged');
    expect(flags.has('port')).toBe(false);
  });

  it('reads more forms', () => {
    expect(parseFlags(['-r5'], specs).flags.number('replicas')).toBe(5);
    expect(parseFlags(['-r=5'], specs).flags.number('replicas')).toBe(5);
    expect(parseFlags(['-A=false'], specs).flags.bool('all-namespaces')).toBe(false);
    expect(parseFlags(['--labels=a=b,c=d'], specs).flags.map('labels')).toEqual({ a: 'b', c: 'd' });
    expect(parseFlags(['a', '-A'], specs, { interspersed: false }).args).toEqual(['a', '-A']);
    expect(parseFlags([], specs, { env: () => 'team' }).flags.text('namespace')).toBe('team');
    expect(parseFlags(['--since=5m'], specs).flags.duration('since')).toBe(300_000);
  });

  it.each([
    [['--image2'], 'unknown flag: --image2'],
    [['-xyz'], "unknown shorthand flag: 'x' in -xyz"],
    [['--output'], 'flag needs an argument: --output'],
    [['-n'], "flag needs an argument: 'n' in -n"],
    [['--replicas=x'], 'invalid argument "x" for "-r, --replicas" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    [['--port', 'http'], 'invalid argument "http" for "--port" flag: strconv.ParseInt: parsing "http": invalid syntax'],
    [['-A=foo'], 'invalid argument "foo" for "-A, --all-namespaces" flag: strconv.ParseBool: parsing "foo": invalid syntax'],
    [['--since=5'], 'invalid argument "5" for "--since" flag: time: missing unit in duration "5"'],
    [['--=x'], 'bad flag syntax: --=x'],
  ])('%j is refused', (args, message) => expect(() => parseFlags(args, specs)).toThrow(message));

  it('knows what is required', () => {
    const { flags } = parseFlags([], [{ name: 'image', required: true }]);
    expect(missingRequired(flags)).toBe('required flag(s) "image" not set');
  });
});

const kubectl: Command<string> = {
  name: 'kubectl',
  flags: [{ name: 'namespace', short: 'n', persistent: true }],
  commands: [
    { name: 'set', commands: [{ name: 'image', run: 'set image' }] },
    { name: 'get', aliases: ['g'], run: 'get', flags: [{ name: 'watch', short: 'w', type: 'bool' }] },
    { name: 'cp', run: 'cp' },
    { name: 'top', commands: [{ name: 'pod', aliases: ['pods'], run: 'top pod' }] },
  ],
};

describe('cobra', () => {
  it('finds commands behind flags', () => {
    const { path, args, flags } = resolveCobra(kubectl, ['-n', 'x', 'top', '--namespace=y', 'pods', 'a']);
    expect([path, args, flags.text('namespace')]).toEqual(['kubectl top pod', ['a'], 'y']);
    expect(resolveCobra(kubectl, ['get', 'pods', '-w']).flags.bool('watch')).toBe(true);
    expect(resolveCobra(kubectl, ['top', 'nosuch'])).toMatchObject({ path: 'kubectl top', args: ['nosuch'] });
  });

  it('suggests', () => {
    expect(() => resolveCobra(kubectl, ['gett', 'pods'])).toThrow('unknown command "gett" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n');
    expect(() => resolveCobra(kubectl, ['gt'])).toThrow('unknown command "gt" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n\tcp\n');
    expect(() => resolveCobra(kubectl, ['foo', '--bar'])).toThrow('unknown command "foo" for "kubectl"\n\nDid you mean this?\n\ttop\n');
    expect(() => resolveCobra(kubectl, ['get', '--nosuch'])).toThrow('unknown flag: --nosuch');
  });

  it('renders help', () => {
    const tool: Command<string> = {
      name: 'tool',
      short: 'A tool',
      commands: [
        {
          name: 'run',
          short: 'Runs',
          usage: 'IMAGE',
          run: 'run',
          flags: [
            { name: 'name', usage: 'Assign a name' },
            { name: 'detach', short: 'd', type: 'bool', usage: 'In the background' },
            { name: 'size', type: 'int', default: '3', usage: 'How much' },
          ],
        },
      ],
    };
    expect(cobraHelp([tool, tool.commands![0]!])).toBe(`Runs

Usage:
  tool run IMAGE [flags]

Flags:
  -d, --detach        In the background
  -h, --help          help for run
      --name string   Assign a name
      --size int      How much (default 3)
`);
    expect(dockerHelp([tool, tool.commands![0]!])).toBe(`Usage:  tool run IMAGE

Runs

Options:
  -d, --detach        In the background
      --name string   Assign a name
      --size int      How much (default 3)
`);
  });
});

const list: Command<string> = {
  name: 'list',
  aliases: ['ls'],
  short: 'List images known to containerd',
  usage: '[flags] [<filter>, ...]',
  long: 'list images registered with containerd',
  flags: [{ name: 'quiet', short: 'q', type: 'bool', usage: 'Print only the image refs' }],
  run: 'ls',
};
const ctr: Command<string> = {
  name: 'ctr',
  flags: [{ name: 'namespace', short: 'n', default: 'default', env: ['CONTAINERD_NAMESPACE'] }],
  commands: [{ name: 'images', aliases: ['image', 'i'], commands: [list] }],
};

describe('urfave', () => {
  it('reads flags before arguments only', () => {
    const { args, flags, levels, path } = resolveUrfave(ctr, ['-n', 'k8s.io', 'i', 'ls', '-q', 'x', '-y']);
    expect([path, args, flags.bool('quiet'), levels[0]?.flags.text('namespace')]).toEqual(['ctr images list', ['x', '-y'], true, 'k8s.io']);
    expect(
      parseUrfave(
        ['-it', 'x'],
        [
          { name: 'interactive', short: 'i', type: 'bool' },
          { name: 'tty', short: 't', type: 'bool' },
        ],
        { combineShort: true },
      ).flags.bool('tty'),
    ).toBe(true);
  });

  it.each([
    [['images', 'ls', '--nosuch'], 'flag provided but not defined: -nosuch'],
    [['-n'], 'flag needs an argument: -n'],
    [['images', 'ls', '-q=x'], 'invalid boolean value "x" for -q: parse error'],
  ])('%j is refused', (args, message) => expect(() => resolveUrfave(ctr, args)).toThrow(message));

  it('does not know other names', () => expect(() => resolveUrfave(ctr, ['stop', 'x'])).toThrow(expect.objectContaining({ typed: 'stop' })));

  it('renders help', () => {
    expect(urfaveHelp([ctr, ctr.commands![0]!, list]).split('\n')).toEqual([
      'NAME:',
      '   ctr images list - List images known to containerd',
      '',
      'USAGE:',
      '   ctr images list [command options] [flags] [<filter>, ...]',
      '',
      'DESCRIPTION:',
      '   list images registered with containerd',
      '',
      'OPTIONS:',
      '   --quiet, -q  Print only the image refs (default: false)',
      '   --help, -h   show help',
      '',
    ]);
  });
});

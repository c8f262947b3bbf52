import { expect, test } from 'vitest';
import { newPipe } from '../../src/linux/open-file.ts';
import { Machine, splitLine } from './node.ts';

/** Readers of standard input, each killed while `yes` writes to it: the kernel closes what a dead process had open. */
const readers = [
  'awk \'{print > "/tmp/x"}\'',
  'awk \'{print | "cat"}\'',
  'awk \'BEGIN { while ((getline line < "-") > 0) n++ }\'',
  'sed p',
  "sed -n '$!d'",
  'jq -R .',
  'comm - /etc/hosts',
  'join - /etc/hosts',
  'paste - /etc/hosts',
  'uniq',
  'sort -u',
  'tar xf -',
  'tar tzf -',
  'gzip -c',
  'gunzip -c',
  'grep y',
  'grep -c n',
  'cut -c1',
  'tee /tmp/t',
  'head -n 1000000000',
  'tail -f',
  'wc',
  'xargs -n1 true',
  'split -',
  'diff - /etc/hosts',
  'cmp - /dev/zero',
  'dd of=/tmp/dd',
];

test.each([...readers])('yes | %s, killed: the writer gets SIGPIPE, nothing is left', (line) => {
  const machine = new Machine();
  const alive = () => [...machine.kernel.processes.values()].filter(({ exitStatus }) => exitStatus === undefined).length;
  const before = alive();
  const pipe = newPipe();
  const [argv] = splitLine(line);
  const reader = machine.start(argv!, { stdin: pipe.reader });
  const yes = machine.init.spawn({ argv: ['yes'], fds: new Map([[1, pipe.writer]]), group: 'new', tty: null });
  machine.sim.advance(2, 30_000);
  if (reader.process.exitStatus === undefined) machine.kernel.signalGroup(reader.process.group, 'SIGINT');
  machine.sim.advance(20, 30_000);
  expect(reader.process.exitStatus).toBeDefined();
  expect(yes.exitStatus).toBe(141);
  expect(alive()).toBe(before);
});

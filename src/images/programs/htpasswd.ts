/** htpasswd of Apache's image: users of basic auth. */
import { bcrypt } from '../../apimachinery/bcrypt.ts';
import { Errno } from '../../linux/errno.ts';
import { readAll } from '../../linux/open-file.ts';
import type { Program } from '../../linux/program.ts';

const usage = `Usage:
	htpasswd [-cimB25dpsDv] [-C cost] [-r rounds] passwordfile username
	htpasswd -b[cmB25dpsDv] [-C cost] [-r rounds] passwordfile username password

	htpasswd -n[imB25dps] [-C cost] [-r rounds] username
	htpasswd -nb[mB25dps] [-C cost] [-r rounds] username password
`;

export const htpasswd: Program = function* (argv, process) {
  const letters = new Set<string>();
  const words: string[] = [];
  let cost = 5;
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    if (!word.startsWith('-') || word === '-') words.push(word);
    else if (word === '-C') cost = Number(argv[++i]);
    else for (const letter of word.slice(1)) letters.add(letter);
  }
  const toOutput = letters.has('n');
  const [file = '', user, given] = toOutput ? ['', ...words] : words;
  if (user === undefined || (letters.has('b') && given === undefined && !letters.has('D'))) {
    yield* process.printError(usage);
    return 2;
  }
  try {
    const old = toOutput || letters.has('c') ? '' : process.fs.read(file);
    const others = old
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(`${user}:`))
      .map((line) => `${line}\n`);
    if (letters.has('D')) {
      process.fs.write(file, others.join(''));
      yield* process.printError(`Deleting password for user ${user}\n`);
      return 0;
    }
    if (!letters.has('B')) {
      yield* process.printError('k8s-lab: htpasswd without -B is not simulated: registries take bcrypt only\n');
      return 70;
    }
    const password = given ?? (yield* readAll(process.stdin)).split('\n')[0] ?? '';
    const salt = Uint8Array.from({ length: 16 }, () => Math.floor(process.sim.random.between(0, 256)));
    const line = `${user}:${bcrypt(password, salt, cost)}\n`;
    if (toOutput) yield* process.print(`${line}\n`);
    else {
      process.fs.write(file, others.concat(line).join(''));
      yield* process.printError(`${old.includes(`${user}:`) ? 'Updating' : 'Adding'} password for user ${user}\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* process.printError(`htpasswd: cannot modify file ${file}; use '-c' to create it\n`);
    return 1;
  }
};

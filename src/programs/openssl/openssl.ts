/** openssl 3.5, as far as a cluster's certificates need it: real keys, real PEM and DER, which any openssl reads. */
import type { Program } from '../../linux/program.ts';
import { sleep } from '../../sim/routine.ts';
import { asn1Commands } from './asn1parse.ts';
import { Call, Failure, type OpensslCommand } from './call.ts';
import { certificateCommands } from './certificate-commands.ts';
import { keyCommands } from './key-commands.ts';
import { requestCommands } from './request-commands.ts';
import { sClientCommand } from './s-client.ts';
import { secretCommands } from './secrets.ts';

const commands: Readonly<Record<string, OpensslCommand>> = {
  ...keyCommands,
  ...secretCommands,
  ...requestCommands,
  ...certificateCommands,
  ...asn1Commands,
  s_client: sClientCommand,
};

const notHere = 'ca ciphers cms crl crl2pkcs7 dhparam dsa gendsa list ocsp pkcs12 pkcs7 pkeyutl prime s_server s_time smime speed storeutl ts'.split(' ');

const help = `help:

Standard commands
${Object.keys(commands)
  .sort()
  .map((name) => name.padEnd(18))
  .join('')
  .replace(/(.{72})/g, '$1\n')
  .trimEnd()}
`;

export const openssl: Program = function* (argv, process) {
  yield* sleep(2);
  const [name, ...args] = argv.slice(1);
  if (name === undefined || name === 'help' || name === '-help' || name === '--help') {
    yield* process.print(help);
    return 0;
  }
  const command = commands[name];
  if (!command && notHere.includes(name)) {
    yield* process.printError(`k8s-lab: openssl ${name} is not simulated\n`);
    return 70;
  }
  if (!command) {
    yield* process.printError(`Invalid command '${name}'; type "help" for a list.\n`);
    return 1;
  }
  if (args.includes('-help') || args.includes('--help')) {
    const options = [...command.values.map((each) => ` -${each} val`), ...command.switches.map((each) => ` -${each}`)].sort();
    yield* process.print(`Usage: ${name} [options]\n\nValid options are:\n${options.join('\n')}\n`);
    return 0;
  }
  try {
    return yield* command.run(new Call(process, name, command, args));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    yield* process.printError(error.message);
    return error.status;
  }
};

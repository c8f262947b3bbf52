/** nginx and the entrypoint of its image: a master, its workers, a web server. */
import { goLogTime } from '../../apimachinery/go-units.ts';
import { isErrno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import type { HttpRequest } from '../../linux/protocols.ts';
import { type SignalName, signalNumbers } from '../../linux/signals.ts';
import { Condition, type Routine, sleep } from '../../sim/routine.ts';
import { argsOf, checkDirectives, type Directive, NginxConfigError, readConfig } from './nginx-config.ts';
import { answer, type Site, sitesOf } from './nginx-serve.ts';
import { commonLogTime, execCommand, listenHttp, log, pidOf } from './service.ts';

const configPath = '/etc/nginx/nginx.conf';

/** /docker-entrypoint.sh of the official image. */
export const nginxEntrypoint: Program = function* (argv, process) {
  const command = argv.slice(1);
  if (command[0] === 'nginx' || command[0] === 'nginx-debug') {
    const me = '/docker-entrypoint.sh:';
    const folder = '/docker-entrypoint.d';
    const scripts = process.fs.isDirectory(folder) ? process.fs.list(folder).filter(([name]) => /\.(sh|envsh)$/.test(name)) : [];
    if (scripts.length > 0) {
      yield* log(process, `${me} /docker-entrypoint.d/ is not empty, will attempt to perform configuration`);
      yield* log(process, `${me} Looking for shell scripts in /docker-entrypoint.d/`);
      for (const [name] of scripts) yield* runScript(process, me, name);
      yield* log(process, `${me} Configuration complete; ready for start up`);
    } else yield* log(process, `${me} No files found in /docker-entrypoint.d/, skipping configuration`);
    yield* sleep(process.sim.random.between(20, 60));
    process.namespaces.pid.skip(27);
  }
  return yield* execCommand(process, command.length > 0 ? command : ['nginx', '-g', 'daemon off;']);
};

function* runScript(process: Process, me: string, name: string): Routine {
  yield* log(process, `${me} ${name.endsWith('.envsh') ? 'Sourcing' : 'Launching'} /docker-entrypoint.d/${name}`);
  if (!name.startsWith('10-listen-on-ipv6')) return;
  const conf = '/etc/nginx/conf.d/default.conf';
  const inode = process.fs.find(conf);
  if (inode?.type !== 'file') return yield* log(process, `10-listen-on-ipv6-by-default.sh: info: ${conf} is not a file or does not exist`);
  const at = process.fs.resolve(conf);
  if (at.readonly || !process.fs.may(inode, 2))
    return yield* log(process, `10-listen-on-ipv6-by-default.sh: info: can not modify ${conf} (read-only file system?)`);
  yield* log(process, `10-listen-on-ipv6-by-default.sh: info: Getting the checksum of ${conf}`);
  yield* log(
    process,
    inode.read().includes('listen  [::]:80;')
      ? `10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in ${conf}`
      : `10-listen-on-ipv6-by-default.sh: info: ${conf} differs from the packaged version`,
  );
}

/** Reads /etc/nginx as it starts and on `-s reload`; errors of the configuration end it with nginx' texts. */
export const nginx: Program = function* (argv, process) {
  const version = process.env['NGINX_VERSION'] ?? '1.27.5';
  const options = argv.slice(1);
  if (options.includes('-v')) return yield* say(process, `nginx version: nginx/${version}\n`, 0);
  if (options.includes('-V'))
    return yield* say(process, `nginx version: nginx/${version}\nbuilt by gcc 12.2.0 (Debian 12.2.0-14) \nTLS SNI support enabled\n`, 0);
  let config: Directive[];
  const path = options.includes('-c') ? (options[options.indexOf('-c') + 1] ?? configPath) : configPath;
  try {
    config = readConfig(process.fs, path);
    checkDirectives(config);
  } catch (error) {
    if (!(error instanceof NginxConfigError)) throw error;
    const line = `${stamp(process)} [emerg] ${me(process)}: ${error.message}`;
    if (!options.includes('-t')) yield* log(process, line, 2);
    return yield* say(process, `nginx: [emerg] ${error.message}\n${options.includes('-t') ? `nginx: configuration file ${path} test failed\n` : ''}`, 1);
  }
  if (options.includes('-t') || options.includes('-T'))
    return yield* say(process, `nginx: the configuration file ${path} syntax is ok\nnginx: configuration file ${path} test is successful\n`, 0);
  if (options.includes('-s')) return yield* signalMaster(process, options[options.indexOf('-s') + 1] ?? '');
  return yield* new Master(process, config, version).run(argv);
};

function* say(process: Process, text: string, status: number): Routine<number> {
  yield* process.printError(text);
  return status;
}

const masterSignals: Readonly<Record<string, SignalName>> = { stop: 'SIGTERM', quit: 'SIGQUIT', reload: 'SIGHUP', reopen: 'SIGUSR1' };

function* signalMaster(process: Process, name: string): Routine<number> {
  const signal = masterSignals[name];
  if (!signal) return yield* say(process, `nginx: invalid option: "-s ${name}"\n`, 1);
  const master = process.namespaces.pid.processes.get(Number(process.fs.exists('/run/nginx.pid') ? process.fs.read('/run/nginx.pid').trim() : 0));
  if (!master) return yield* say(process, 'nginx: [error] open() "/run/nginx.pid" failed (2: No such file or directory)\n', 1);
  yield* log(process, `${stamp(process)} [notice] ${me(process)}: signal process started`, 2);
  master.signal(signal, process);
  return 0;
}

const stamp = (process: Process): string => goLogTime(process.now);
const me = (process: Process): string => `${pidOf(process)}#${pidOf(process)}`;

class Master {
  readonly #process: Process;
  readonly #version: string;
  readonly #changed = new Condition();
  #config: Directive[];
  #signals: SignalName[] = [];
  #listeners: { close(): void }[] = [];
  #workers: Process[] = [];

  constructor(process: Process, config: Directive[], version: string) {
    this.#process = process;
    this.#config = config;
    this.#version = version;
  }

  *run(argv: readonly string[]): Routine<number> {
    const process = this.#process;
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGWINCH'] as const)
      process.onSignal(signal, () => {
        this.#signals.push(signal);
        this.#changed.notify();
      });
    process.onSignal('SIGCHLD', () => this.#changed.notify());
    process.argv = ['nginx: master process', ...argv];
    process.allocate(3_000_000);
    try {
      if (!(yield* this.#listen())) return 1;
      if (process.fs.isDirectory('/run') && process.uid === 0) this.#writePid();
      yield* this.#notice('using the "epoll" event method');
      yield* this.#notice(`nginx/${this.#version}`);
      yield* this.#notice('built by gcc 12.2.0 (Debian 12.2.0-14)');
      yield* this.#notice(`OS: Linux ${process.kernel.release}`);
      yield* this.#notice('getrlimit(RLIMIT_NOFILE): 1024:524288');
      yield* this.#startWorkers();
      return yield* this.#serve();
    } finally {
      this.#close();
    }
  }

  *#serve(): Routine<number> {
    for (;;) {
      const signal = this.#signals.shift();
      if (signal === undefined) {
        for (const worker of this.#workers.filter((each) => each.exitStatus !== undefined)) yield* this.#respawn(worker);
        if (this.#signals.length === 0) yield { on: [this.#changed] };
        continue;
      }
      const number = signalNumbers[signal];
      if (signal === 'SIGHUP') yield* this.#reload();
      else if (signal === 'SIGUSR1' || signal === 'SIGWINCH')
        yield* this.#notice(`signal ${number} (${signal}) received, ${signal === 'SIGUSR1' ? 'reopening logs' : 'shutting down'}`);
      else {
        yield* this.#notice(`signal ${number} (${signal}) received, ${signal === 'SIGQUIT' ? 'shutting down' : 'exiting'}`);
        yield* this.#stopWorkers(signal);
        yield* this.#notice('exit');
        return 0;
      }
    }
  }

  *#listen(): Routine<boolean> {
    const byPort = new Map<number, Site[]>();
    for (const site of sitesOf(this.#config)) byPort.set(site.port, [...(byPort.get(site.port) ?? []), site]);
    for (const [port, sites] of byPort) {
      try {
        this.#listeners.push(listenHttp(this.#process, port, (request) => this.#answer(sites, request)));
      } catch (error) {
        if (!isErrno(error, 'EADDRINUSE')) throw error;
        const text = `bind() to 0.0.0.0:${port} failed (98: Address already in use)`;
        for (let i = 0; i < 5; i++) {
          yield* log(this.#process, `${stamp(this.#process)} [emerg] ${me(this.#process)}: ${text}`, 2);
          yield* log(this.#process, `nginx: [emerg] ${text}`, 2);
          yield* sleep(500);
        }
        yield* log(this.#process, `${stamp(this.#process)} [emerg] ${me(this.#process)}: still could not bind()`, 2);
        yield* log(this.#process, 'nginx: [emerg] still could not bind()', 2);
        return false;
      }
    }
    return true;
  }

  *#answer(sites: readonly Site[], request: HttpRequest): Routine<import('../../linux/protocols.ts').HttpResponse> {
    const process = this.#process;
    yield* sleep(0.3);
    process.cpuMicros += 200;
    process.cgroup.burn(200);
    const response = yield* answer(process, sites, request, this.#version);
    const http = this.#config.find(({ name }) => name === 'http')?.block;
    if (argsOf(http, 'access_log')?.[0] !== 'off')
      yield* log(
        process,
        `${request.remoteAddress} - - [${commonLogTime(process.now)}] "${request.method} ${request.path} HTTP/1.1" ${response.status} ${request.method === 'HEAD' ? 0 : response.body.length} "-" "${request.headers['User-Agent'] ?? request.headers['user-agent'] ?? '-'}" "-"`,
      );
    return response;
  }

  *#startWorkers(): Routine {
    yield* this.#notice('start worker processes');
    const count = argsOf(this.#config, 'worker_processes')?.[0] ?? '1';
    for (let i = 0; i < (count === 'auto' ? this.#process.kernel.cpus : Number(count) || 1); i++) yield* this.#startWorker();
  }

  *#startWorker(): Routine {
    const worker = this.#process.spawn({ argv: ['nginx: worker process'], program: workerProgram });
    worker.comm = 'nginx';
    worker.allocate(1_500_000);
    if (this.#process.uid === 0) worker.credentials = { uid: 101, gid: 101, groups: [101] };
    this.#workers.push(worker);
    yield* this.#notice(`start worker process ${pidOf(worker)}`);
  }

  *#respawn(worker: Process): Routine {
    this.#workers = this.#workers.filter((each) => each !== worker);
    const pid = pidOf(worker);
    const how = worker.termSignal ? `exited on signal ${signalNumbers[worker.termSignal]}` : `exited with code ${worker.exitStatus}`;
    this.#process.reap(worker);
    yield* this.#notice(`signal 17 (SIGCHLD) received from ${pid}`);
    yield* log(this.#process, `${stamp(this.#process)} [alert] ${me(this.#process)}: worker process ${pid} ${how}`, 2);
    yield* this.#startWorker();
  }

  *#stopWorkers(signal: SignalName): Routine {
    const workers = this.#workers;
    this.#workers = [];
    for (const worker of workers) worker.signal(signal === 'SIGQUIT' ? 'SIGQUIT' : 'SIGTERM', this.#process);
    for (const worker of workers) {
      yield* this.#process.wait(worker);
      const who = pidOf(worker);
      const line = (text: string, from = `${who}#${who}`): Routine => log(this.#process, `${stamp(this.#process)} [notice] ${from}: ${text}`, 2);
      yield* line(signal === 'SIGQUIT' ? 'gracefully shutting down' : 'exiting');
      if (signal === 'SIGQUIT') yield* line('exiting');
      yield* line('exit');
    }
    for (const worker of workers) {
      yield* this.#notice(`signal 17 (SIGCHLD) received from ${pidOf(worker)}`);
      yield* this.#notice(`worker process ${pidOf(worker)} exited with code 0`);
    }
  }

  *#reload(): Routine {
    yield* this.#notice('signal 1 (SIGHUP) received, reconfiguring');
    yield* this.#notice('reconfiguring');
    try {
      const config = readConfig(this.#process.fs, configPath);
      checkDirectives(config);
      this.#config = config;
    } catch (error) {
      if (!(error instanceof NginxConfigError)) throw error;
      yield* log(this.#process, `${stamp(this.#process)} [emerg] ${me(this.#process)}: ${error.message}`, 2);
      return;
    }
    this.#close();
    yield* this.#listen();
    const old = this.#workers;
    this.#workers = [];
    yield* this.#startWorkers();
    for (const worker of old) {
      worker.signal('SIGQUIT', this.#process);
      yield* this.#process.wait(worker);
    }
  }

  #notice(text: string): Routine {
    return log(this.#process, `${stamp(this.#process)} [notice] ${me(this.#process)}: ${text}`, 2);
  }

  #writePid(): void {
    try {
      this.#process.fs.write('/run/nginx.pid', `${pidOf(this.#process)}\n`);
    } catch (error) {
      if (!isErrno(error)) throw error; // A read-only root: `nginx -s` has nothing to go by.
    }
  }

  #close(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
  }
}

const workerProgram: Program = function* (_argv, process) {
  const end = new Condition();
  let ended = false;
  for (const signal of ['SIGTERM', 'SIGQUIT', 'SIGINT'] as const)
    process.onSignal(signal, () => {
      ended = true;
      end.notify();
    });
  while (!ended) yield { on: [end] };
  return 0;
};

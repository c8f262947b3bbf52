/** systemctl show: what a unit is, as properties. */
import type { Systemd, Unit } from '../../linux/systemd.ts';
import { splitWords } from '../../linux/unit-file.ts';
import { sizeOf, tasksMax } from '../../linux/unit-limits.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Call } from '../tool.ts';
import { fileState } from './systemctl-files.ts';
import { fullName, invocation, span, stamp } from './units.ts';

type Properties = Readonly<Record<string, string>>;

const time = (milliseconds: number): string => (Number.isFinite(milliseconds) ? span(milliseconds) : 'infinity');
const yes = (value: boolean): string => (value ? 'yes' : 'no');

const bytes = (text: string): string => String(sizeOf(text) ?? 'infinity').toLowerCase();

/** `50%` of a second. */
const quota = (text: string): string => {
  const percent = /(\d+)%$/.exec(text)?.[1];
  return percent === undefined ? 'infinity' : span(Number(percent) * 10);
};

function ofService(call: Call, manager: Systemd, unit: Unit): Properties {
  const { file, main } = unit;
  const members = [...call.process.kernel.rootCgroup.at(`system.slice/${unit.name}`).everyone()];
  const memory = members.reduce((sum, { pid }) => sum + (call.process.kernel.processes.get(pid)?.memoryBytes ?? 0), 0);
  const started = unit.active === 'active' ? stamp(unit.since) : '';
  const command = (text: string): string => {
    const words = splitWords(text.replace(/^[-@+!:|]+/, ''));
    const status = main
      ? `start_time=[${stamp(unit.since)}] ; stop_time=[n/a] ; pid=${main.pid} ; code=(null) ; status=0/0`
      : `start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0`;
    return `{ path=${words[0] ?? ''} ; argv[]=${words.join(' ')} ; ignore_errors=${yes(text.startsWith('-'))} ; ${status} }`;
  };
  return {
    Type: file.type,
    ExitType: 'main',
    Restart: file.restart,
    RestartUSec: time(file.restartMilliseconds),
    NotifyAccess: file.get('Service.NotifyAccess') || (file.type === 'notify' ? 'main' : 'none'),
    TimeoutStartUSec: time(file.timeoutStartMilliseconds),
    TimeoutStopUSec: time(file.timeoutStopMilliseconds),
    RemainAfterExit: yes(file.remainAfterExit),
    MainPID: String(main?.pid ?? 0),
    NRestarts: String(unit.restarts),
    Result: unit.result,
    ExecMainStartTimestamp: started,
    ExecMainPID: String(main?.pid ?? unit.exitedPid ?? 0),
    ExecMainCode: unit.exitedPid === undefined || main ? '0' : '1',
    ExecMainStatus: String(main ? 0 : (unit.exitStatus ?? 0)),
    ...Object.fromEntries(
      ['ExecStartPre', 'ExecStart', 'ExecReload', 'ExecStop'].flatMap((key) =>
        file.commands(key).length > 0 ? [[key, file.commands(key).map(command).join('\n')]] : [],
      ),
    ),
    Slice: 'system.slice',
    InvocationID: invocation(call, unit),
    ControlGroup: members.length > 0 ? `/system.slice/${unit.name}` : '',
    MemoryCurrent: members.length > 0 ? String(memory) : '[not set]',
    TasksCurrent: members.length > 0 ? String(members.length) : '[not set]',
    Delegate: yes(/^(yes|true|1)/.test(file.get('Service.Delegate'))),
    MemoryMax: bytes(file.get('Service.MemoryMax')),
    MemoryHigh: bytes(file.get('Service.MemoryHigh')),
    CPUQuotaPerSecUSec: quota(file.get('Service.CPUQuota')),
    CPUWeight: file.get('Service.CPUWeight') || '[not set]',
    TasksMax: tasksMax((key) => file.get(`Service.${key}`)),
    Environment: file.get('Service.Environment').replaceAll('"', ''),
    EnvironmentFiles: file.environmentFiles.map((path) => `${path.replace(/^-/, '')} (ignore_errors=${yes(path.startsWith('-'))})`).join('\n'),
    WorkingDirectory: file.workingDirectory === '/' ? '' : file.workingDirectory,
    User: file.user,
    OOMScoreAdjust: file.get('Service.OOMScoreAdjust') || '0',
    LimitNOFILE: file.get('Service.LimitNOFILE') || '524288',
    KillMode: file.killMode,
    KillSignal: '15',
    Id: unit.name,
    Names: unit.name,
    Requires: ['system.slice sysinit.target', file.get('Unit.Requires')].filter(Boolean).join(' '),
    Wants: file.get('Unit.Wants'),
    WantedBy: unit.enabled ? file.wantedBy.join(' ') : '',
    Conflicts: 'shutdown.target',
    Before: ['shutdown.target', unit.enabled ? file.wantedBy.join(' ') : ''].filter(Boolean).join(' '),
    After: [file.get('Unit.After'), 'basic.target system.slice sysinit.target systemd-journald.socket'].filter(Boolean).join(' '),
    Documentation: file.documentation.join(' '),
    Description: file.description,
    LoadState: unit.masked ? 'masked' : file.refusal === undefined ? 'loaded' : 'bad-setting',
    ActiveState: unit.active,
    SubState: unit.sub,
    FragmentPath: file.path,
    DropInPaths: file.dropIns.join(' '),
    UnitFileState: fileState(unit),
    UnitFilePreset: 'enabled',
    StateChangeTimestamp: stamp(unit.since),
    ActiveEnterTimestamp: started,
    CanStart: yes(!unit.masked && file.refusal === undefined),
    CanStop: 'yes',
    CanReload: yes(file.commands('ExecReload').length > 0),
    NeedDaemonReload: yes(manager.isOutdated(unit)),
    StartLimitIntervalUSec: time(file.startLimitMilliseconds),
    StartLimitBurst: String(file.startLimitBurst),
  };
}

/** Of a unit that there is none of. */
const ofNothing = (name: string): Properties => ({
  Type: 'simple',
  Restart: 'no',
  MainPID: '0',
  NRestarts: '0',
  Result: 'success',
  ExecMainStatus: '0',
  Id: name,
  Names: name,
  Description: name,
  LoadState: 'not-found',
  ActiveState: 'inactive',
  SubState: 'dead',
  FragmentPath: '',
  UnitFileState: '',
});

/** `systemctl show [-p NAME,…] [--value] UNIT…`. */
export function* show(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  const wanted = call.all('p').flatMap((text) => text.split(','));
  if (names.length === 0) {
    const own: Properties = {
      Version: '257.9-1~deb13u1',
      Architecture: 'x86-64',
      DefaultTimeoutStartUSec: '1min 30s',
      SystemState: 'running',
      NNames: String(manager.units.size),
    };
    for (const [key, value] of Object.entries(own))
      if (wanted.length === 0 || wanted.includes(key)) yield* call.print(call.has('value') ? `${value}\n` : `${key}=${value}\n`);
    return 0;
  }
  for (const [i, name] of names.entries()) {
    if (i > 0) yield* call.print('\n');
    const unit = manager.lookup(name);
    const properties = unit ? ofService(call, manager, unit) : ofNothing(fullName(name));
    for (const [key, value] of Object.entries(properties))
      if (wanted.length === 0 || wanted.includes(key))
        yield* call.print(
          call.has('value')
            ? `${value}\n`
            : value
                .split('\n')
                .map((line) => `${key}=${line}\n`)
                .join(''),
        );
  }
  return 0;
}

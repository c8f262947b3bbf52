/** The API's Go types, which JSON does not tell: a template sees structs, pointers and nil (moby api/types of 29). */
import { formatGoDuration } from '../../apimachinery/duration.ts';
import { sprint, sprintf, sprintValue } from '../../apimachinery/go-printf.ts';
import { dockerFunctions, type GoTemplate, GoTemplateError, renderTemplate, type TemplateFunction } from '../../apimachinery/go-template.ts';
import { FunctionError } from '../../apimachinery/go-template-functions.ts';
import { goText, goValue } from '../../apimachinery/go-text.ts';
import { isObject } from '../../apimachinery/patch/json-value.ts';
import { rendered, type Working } from './output.ts';

/**
 * Fields in Go's order, `Name=Json:kind`. Kinds: a text where there is none, `b` `n` for bool and number, `?` a pointer to one of these, `a` `p` an
 * address and a prefix, `t` a time, `u` a limit, `[]` a slice, `{}` a map, each perhaps of structs or pointers (`*T`); `+T` is embedded.
 */
const structs: Readonly<Record<string, string>> = {
  Container:
    'ID=Id Created Path Args:[] State:*State Image ResolvConfPath HostnamePath HostsPath LogPath Name RestartCount:n Driver Platform MountLabel ProcessLabel AppArmorProfile ExecIDs:[] HostConfig:*HostConfig GraphDriver:* Storage:*Storage SizeRw:? SizeRootFs:? Mounts:[]MountPoint Config:*Config NetworkSettings:*NetworkSettings ImageManifestDescriptor:*Descriptor',
  State: 'Status Running:b Paused:b Restarting:b OOMKilled:b Dead:b Pid:n ExitCode:n Error StartedAt FinishedAt Health:*Health',
  Health: 'Status FailingStreak:n Log:[]*HealthcheckResult',
  HealthcheckResult: 'Start:t End:t ExitCode:n Output',
  HostConfig:
    'Binds:[] ContainerIDFile LogConfig:LogConfig NetworkMode PortBindings:{port}[]PortBinding RestartPolicy:RestartPolicy AutoRemove:b VolumeDriver VolumesFrom:[] ConsoleSize:[] Annotations:{} CapAdd:[] CapDrop:[] CgroupnsMode DNS=Dns:[] DNSOptions=DnsOptions:[] DNSSearch=DnsSearch:[] ExtraHosts:[] GroupAdd:[] IpcMode Cgroup Links:[] OomScoreAdj:n PidMode Privileged:b PublishAllPorts:b ReadonlyRootfs:b SecurityOpt:[] StorageOpt:{} Tmpfs:{} UTSMode UsernsMode ShmSize:n Sysctls:{} Runtime Isolation Resources:+Resources Mounts:[]Mount MaskedPaths:[] ReadonlyPaths:[] Init:?',
  Resources:
    'CPUShares=CpuShares:n Memory:n NanoCPUs=NanoCpus:n CgroupParent BlkioWeight:n BlkioWeightDevice:[]*Rate BlkioDeviceReadBps:[]*Rate BlkioDeviceWriteBps:[]*Rate BlkioDeviceReadIOps:[]*Rate BlkioDeviceWriteIOps:[]*Rate CPUPeriod=CpuPeriod:n CPUQuota=CpuQuota:n CPURealtimePeriod=CpuRealtimePeriod:n CPURealtimeRuntime=CpuRealtimeRuntime:n CpusetCpus CpusetMems Devices:[]Device DeviceCgroupRules:[] DeviceRequests:[]DeviceRequest MemoryReservation:n MemorySwap:n MemorySwappiness:? OomKillDisable:? PidsLimit:? Ulimits:[]u CPUCount=CpuCount:n CPUPercent=CpuPercent:n IOMaximumIOps:n IOMaximumBandwidth:n',
  LogConfig: 'Type Config:{}',
  PortBinding: 'HostIP=HostIp:a HostPort',
  RestartPolicy: 'Name MaximumRetryCount:n',
  Rate: 'Path Rate:n',
  Device: 'PathOnHost PathInContainer CgroupPermissions',
  DeviceRequest: 'Driver Count:n DeviceIDs:[] Capabilities:[] Options:{}',
  Mount: 'Type Source Target ReadOnly:b Consistency BindOptions:* VolumeOptions:* ImageOptions:* TmpfsOptions:* ClusterOptions:*',
  MountPoint: 'Type Name Source Destination Driver Mode RW:b Propagation',
  Storage: 'RootFS:*RootFSStorage',
  RootFSStorage: 'Snapshot:*Snapshot',
  Snapshot: 'Name',
  Config:
    'Hostname Domainname User AttachStdin:b AttachStdout:b AttachStderr:b ExposedPorts:{port}Empty Tty:b OpenStdin:b StdinOnce:b Env:[] Cmd:[] Healthcheck:*Healthcheck ArgsEscaped:b Image Volumes:{}Empty WorkingDir Entrypoint:[] NetworkDisabled:b OnBuild:[] Labels:{} StopSignal StopTimeout:? Shell:[]',
  Empty: '',
  Healthcheck: 'Test:[] Interval:d Timeout:d StartPeriod:d StartInterval:d Retries:n',
  NetworkSettings: 'SandboxID SandboxKey Ports:{port}[]PortBinding Networks:{}*Endpoint',
  Endpoint:
    'IPAMConfig:*EndpointIPAM Links:[] Aliases:[] DriverOpts:{} GwPriority:n NetworkID EndpointID Gateway:a IPAddress:a MacAddress IPPrefixLen:n IPv6Gateway:a GlobalIPv6Address:a GlobalIPv6PrefixLen:n DNSNames:[]',
  EndpointIPAM: 'IPv4Address:a IPv6Address:a LinkLocalIPs:[]',
  Descriptor: 'MediaType=mediaType Digest=digest Size=size:n URLs=urls:[] Annotations=annotations:{} Data=data:[] Platform=platform:*Platform ArtifactType',
  Platform: 'Architecture=architecture OS=os OSVersion OSFeatures:[] Variant=variant',
  Image:
    'ID=Id RepoTags:[] RepoDigests:[] Comment Created Author Config:*ImageConfig Architecture Variant Os OsVersion Size:n GraphDriver:* RootFS:RootFS Metadata:Metadata Descriptor:*Descriptor Manifests:[] Identity:*',
  RootFS: 'Type Layers:[]',
  Metadata: 'LastTagTime:t',
  ImageConfig: 'ImageConfig:+OCIImageConfig DockerOCIImageConfigExt:+ImageConfigExt',
  OCIImageConfig: 'User ExposedPorts:{}Empty Env:[] Entrypoint:[] Cmd:[] Volumes:{}Empty WorkingDir Labels:{} StopSignal ArgsEscaped:b',
  ImageConfigExt: 'Healthcheck:*Healthcheck OnBuild:[] Shell:[]',
  NetworkInspect: 'Network:+Network Containers:{}EndpointResource Services:{} Status:*NetworkStatus',
  Network:
    'Name ID=Id Created:t Scope Driver EnableIPv4:b EnableIPv6:b IPAM:IPAM Internal:b Attachable:b Ingress:b ConfigFrom:ConfigReference ConfigOnly:b Options:{} Labels:{} Peers:[]',
  NetworkStatus: 'IPAM:IPAMStatus',
  IPAMStatus: 'Subnets:{}Subnet',
  Subnet: 'IPsInUse:n DynamicIPsAvailable:n',
  ConfigReference: 'Network',
  IPAM: 'Driver Options:{} Config:[]IPAMConfig',
  IPAMConfig: 'Subnet:p IPRange:p Gateway:a AuxAddress=AuxiliaryAddresses:{}',
  EndpointResource: 'Name EndpointID MacAddress IPv4Address:p IPv6Address:p',
  Volume: 'ClusterVolume:* CreatedAt Driver Labels:{} Mountpoint Name Options:{} Scope Status:{} UsageData:*',
  Context: 'Metadata:+ContextMetadata TLSMaterial:{}[] Storage:StorageInfo',
  ContextMetadata: 'Name Metadata:ContextWords Endpoints:{}ContextEndpoint',
  ContextWords: 'Description AdditionalFields:{}',
  ContextEndpoint: 'Host SkipTLSVerify:b',
  StorageInfo: 'MetadataPath TLSPath',
  VersionInfo: 'Client:ClientVersion Server:*ServerVersion',
  ClientVersion: 'Platform:* Version APIVersion=ApiVersion DefaultAPIVersion GitCommit GoVersion Os Arch BuildTime Context',
  ServerVersion:
    'Platform:PlatformInfo Version APIVersion=ApiVersion MinAPIVersion Os Arch Components:[]Component GitCommit GoVersion KernelVersion Experimental:b BuildTime',
  PlatformInfo: 'Name',
  Component: 'Name Version Details:{}',
  'swarm.Info': 'NodeID NodeAddr LocalNodeState ControlAvailable:b Error RemoteManagers:[] Nodes:n Managers:n Cluster:* Warnings:[]',
  'system.PluginsInfo': 'Volume:[] Network:[] Authorization:[] Log:[]',
};

const noValue: Readonly<Record<string, unknown>> = { '': '', u: '', b: false, n: 0, d: 0, a: 'invalid IP', p: 'invalid Prefix', t: '0001-01-01T00:00:00Z' };

/** Two billion lines of heap are not simulated: an address as Go's allocator gives them, another for each pointer. */
const address = (number: number): string => `0xc000${(0x1_2c000 + number * 0x140).toString(16).padStart(6, '0')}`;

/** What a template over a value of the API needs: the value as Go has it, and functions that know pointers. */
export class GoValues {
  /** Names of structs, for fields that they have not. */
  readonly types = new Map<unknown, string>();
  readonly #pointers = new WeakSet<object>();
  readonly #zero = new Map<unknown, unknown>();
  readonly #byPort = new WeakSet<object>();
  #count = 0;

  readonly functions: Readonly<Record<string, TemplateFunction>> = {
    ...dockerFunctions,
    print: (...all) => sprint(all.map(this.#printed)),
    println: (...all) => `${all.map((each) => sprintValue(this.#printed(each))).join(' ')}\n`,
    printf: (format, ...all) => sprintf(sprintValue(format), all.map(this.#printed)),
    index: (value, ...keys) => keys.reduce((now, key) => this.#index(now, key), value),
  };

  /** A pointer to a struct of this name. */
  pointer(name: string, json: object): object {
    return this.#value(`*${name}`, json) as object;
  }

  #printed = (value: unknown): unknown => (isObject(value) && this.#pointers.has(value) ? `&${goValue(value)}` : value);

  #index(value: unknown, key: unknown): unknown {
    if (isObject(value) && this.#byPort.has(value)) throw new FunctionError('value has type string; should be network.Port');
    return dockerFunctions['index']?.(value, key) ?? this.#zero.get(value);
  }

  #value(kind: string, json: unknown): unknown {
    const nothing = json === undefined || json === null;
    if (kind.startsWith('[]')) return this.#slice(kind.slice(2), Array.isArray(json) ? json : undefined);
    if (kind.startsWith('{')) return this.#map(kind, isObject(json) ? json : undefined);
    if (kind === '?' || kind === '*') return nothing ? null : json;
    if (kind.startsWith('*')) return nothing ? null : this.#struct(kind.slice(1), json, true);
    return Object.hasOwn(noValue, kind) ? (nothing || json === '' ? noValue[kind] : json) : this.#struct(kind.replace('+', ''), json, false);
  }

  #slice(kind: string, json: readonly unknown[] | undefined): unknown {
    if (kind === '') return json ?? shaped([], null, () => '[]');
    const all = (json ?? []).map((each) => this.#value(kind, each));
    return shaped(all, json ?? null, () => `[${all.map((each) => this.#text(kind, each)).join(' ')}]`);
  }

  #map(kind: string, json: Readonly<Record<string, unknown>> | undefined): unknown {
    const of = kind.slice(kind.indexOf('}') + 1);
    const all = Object.fromEntries(Object.entries(json ?? {}).map(([key, each]) => [key, of === '' ? each : this.#value(of, each)]));
    const keys = Object.keys(all).sort();
    shaped(all, json ?? null, () => `map[${keys.map((key) => `${key}:${this.#text(of, all[key])}`).join(' ')}]`);
    if (kind.startsWith('{port}')) this.#byPort.add(all);
    if (of === '') this.#zero.set(all, '');
    return all;
  }

  /** Fields of embedded structs are promoted: they can be read, and are printed once. */
  #struct(name: string, json: unknown, isPointer: boolean): object {
    const given = isObject(json) ? json : {};
    const struct: Record<string, unknown> = {};
    const printed: (() => string)[] = [];
    for (const field of (structs[name] ?? '').split(' ').filter((each) => each !== '')) {
      const [names = '', kind = ''] = field.split(/:(.*)/s);
      const [go = '', key = go] = names.split('=');
      const value = this.#value(kind, kind.startsWith('+') ? given : given[key]);
      if (kind.startsWith('+')) for (const [each, own] of Object.entries(value as object)) struct[each] = own;
      struct[go] = value;
      printed.push(() => this.#text(kind, value));
    }
    this.types.set(struct, name);
    if (isPointer) this.#pointers.add(struct);
    return shaped(struct, json, () => `{${printed.map((each) => each()).join(' ')}}`);
  }

  /** Inside of something else: pointers are not followed. */
  #text(kind: string, value: unknown): string {
    if (value !== null && /^[*?]/.test(kind)) return address(this.#count++);
    if (kind === 't') return String(value).replace('T', ' ').replace(/Z$/, ' +0000 UTC');
    if (kind === 'u' && isObject(value)) return `${value['Name']}=${value['Soft']}:${value['Hard']}`;
    return kind === 'd' ? formatGoDuration(Number(value) / 1e6) : sprintValue(value);
  }
}

/** Go marshals a map by its keys in order. */
const inOrder = (_key: string, value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** As inspect shows one: typed, and where Go's types have no such field, as the maps that JSON gives (cli/command/inspect). Throws CliError. */
export function renderInspected(context: Working, template: GoTemplate, name: string, json: object): string {
  const go = new GoValues();
  try {
    return renderTemplate(template, go.pointer(name, json), {
      functions: go.functions,
      types: go.types,
      pointers: true,
      toil: (steps) => context.process.toil(steps),
    });
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    return rendered(context, template, JSON.parse(JSON.stringify(json, inOrder)), { functions: dockerFunctions, strict: true });
  }
}

/** What JSON and fmt make of it. */
export function shaped<Value extends object>(value: Value, json: unknown, text: () => string): Value {
  Object.defineProperty(value, 'toJSON', { value: () => json });
  return Object.defineProperty(value, goText, { value: text });
}

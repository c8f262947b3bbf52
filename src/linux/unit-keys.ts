/** The keys that systemd knows in the sections of a service's file (systemd src/core/load-fragment-gperf.gperf.in): a word of another kind is ignored, and said so. */

const shared = `CPUAccounting CPUWeight StartupCPUWeight CPUShares CPUQuota CPUQuotaPeriodSec AllowedCPUs AllowedMemoryNodes MemoryAccounting MemoryMin MemoryLow MemoryHigh MemoryMax
MemorySwapMax MemoryZSwapMax MemoryLimit TasksAccounting TasksMax IOAccounting IOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IPAccounting IPAddressAllow
IPAddressDeny DeviceAllow DevicePolicy Slice Delegate DelegateSubgroup DisableControllers ManagedOOMSwap ManagedOOMMemoryPressure BPFProgram SocketBindAllow SocketBindDeny
RestrictNetworkInterfaces KillMode KillSignal RestartKillSignal SendSIGHUP SendSIGKILL FinalKillSignal WatchdogSignal WorkingDirectory RootDirectory RootImage User Group
SupplementaryGroups DynamicUser SetLoginEnvironment PAMName CapabilityBoundingSet AmbientCapabilities NoNewPrivileges SecureBits SELinuxContext AppArmorProfile UMask
KeyringMode OOMScoreAdjust TimerSlackNSec Personality IgnoreSIGPIPE Nice CPUSchedulingPolicy CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask
IOSchedulingClass IOSchedulingPriority ProtectProc ProcSubset BindPaths BindReadOnlyPaths MountAPIVFS ProtectSystem ProtectHome RuntimeDirectory StateDirectory CacheDirectory
LogsDirectory ConfigurationDirectory RuntimeDirectoryMode StateDirectoryMode CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode RuntimeDirectoryPreserve
TimeoutCleanSec ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths TemporaryFileSystem PrivateTmp PrivateDevices PrivateNetwork NetworkNamespacePath PrivateIPC
PrivateUsers PrivateMounts PrivatePIDs ProtectHostname ProtectClock ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups RestrictAddressFamilies
RestrictNamespaces LockPersonality MemoryDenyWriteExecute RestrictRealtime RestrictSUIDSGID RemoveIPC MountFlags SystemCallFilter SystemCallErrorNumber SystemCallArchitectures
SystemCallLog Environment EnvironmentFile PassEnvironment UnsetEnvironment StandardInput StandardOutput StandardError StandardInputText StandardInputData LogLevelMax
LogExtraFields LogRateLimitIntervalSec LogRateLimitBurst LogNamespace SyslogIdentifier SyslogFacility SyslogLevel SyslogLevelPrefix TTYPath TTYReset TTYVHangup TTYVTDisallocate
LoadCredential SetCredential ImportCredential LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING
LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME`;

const sections: Readonly<Record<string, string>> = {
  Unit: `Description Documentation Wants Requires Requisite BindsTo PartOf Upholds Conflicts Before After OnFailure OnSuccess PropagatesReloadTo ReloadPropagatedFrom
PropagatesStopTo StopPropagatedFrom JoinsNamespaceOf RequiresMountsFor WantsMountsFor OnFailureJobMode OnSuccessJobMode IgnoreOnIsolate StopWhenUnneeded RefuseManualStart
RefuseManualStop AllowIsolate DefaultDependencies SurviveFinalKillSignal CollectMode FailureAction SuccessAction FailureActionExitStatus SuccessActionExitStatus JobTimeoutSec
JobRunningTimeoutSec JobTimeoutAction JobTimeoutRebootArgument StartLimitIntervalSec StartLimitInterval StartLimitBurst StartLimitAction RebootArgument SourcePath`,
  Service: `Type ExitType RemainAfterExit GuessMainPID PIDFile BusName ExecStart ExecStartPre ExecStartPost ExecCondition ExecReload ExecStop ExecStopPost RestartSec RestartSteps
RestartMaxDelaySec TimeoutStartSec TimeoutStopSec TimeoutAbortSec TimeoutSec TimeoutStartFailureMode TimeoutStopFailureMode RuntimeMaxSec RuntimeRandomizedExtraSec WatchdogSec
Restart RestartMode SuccessExitStatus RestartPreventExitStatus RestartForceExitStatus RootDirectoryStartOnly NonBlocking NotifyAccess Sockets FileDescriptorStoreMax
FileDescriptorStorePreserve USBFunctionDescriptors USBFunctionStrings OOMPolicy OpenFile ReloadSignal StartLimitInterval StartLimitBurst StartLimitAction PermissionsStartOnly
FailureAction RebootArgument ${shared}`,
  Install: 'Alias WantedBy RequiredBy UpheldBy Also DefaultInstance',
};

const types = ['simple', 'exec', 'forking', 'oneshot', 'dbus', 'notify', 'notify-reload', 'idle'];
const restarts = ['no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'on-watchdog'];

/** Values that are one of some words, and how systemd calls them. */
const words: Readonly<Record<string, readonly [what: string, allowed: readonly string[]]>> = {
  'Service.Type': ['service type', types],
  'Service.Restart': ['service restart specifier', restarts],
  'Service.KillMode': ['kill mode', ['control-group', 'process', 'mixed', 'none']],
};

/** Whether there is a section of this name in a service's file. */
export const isSection = (section: string): boolean => Object.hasOwn(sections, section);

/** What is ignored of an assignment, and why; undefined when it counts. */
export function ignoredBecause(section: string, key: string, value: string): string | undefined {
  if (key.startsWith('X-')) return undefined;
  const condition = section === 'Unit' && /^(Condition|Assert)[A-Z]/.test(key);
  if (!condition && !(sections[section] ?? '').split(/\s+/).includes(key)) return `Unknown key '${key}' in section [${section}], ignoring.`;
  const [what, allowed] = words[`${section}.${key}`] ?? [];
  if (allowed !== undefined && value !== '' && !allowed.includes(value)) return `Failed to parse ${what}, ignoring: ${value}`;
  if (/^(Restart|TimeoutStart|TimeoutStop|Timeout|Watchdog|RuntimeMax)Sec$/.test(key) && value !== '' && !isTime(value))
    return `Failed to parse ${key}= parameter, ignoring: ${value}`;
  return undefined;
}

const isTime = (text: string): boolean => text === 'infinity' || /^(\d+(\.\d+)?\s*(us|ms|s|sec|m|min|h|hr|d|w)?\s*)+$/.test(text);

/** Files of the package cri-o 1.35, and of its administrator's choice: which registry a short name means. */
const policy = '{ "default": [{ "type": "insecureAcceptAnything" }] }\n';

const runtime = (name: string): string => `
[crio.runtime.runtimes.${name}]
runtime_path = "/usr/libexec/crio/${name}"
runtime_root = "/run/${name}"
monitor_path = "/usr/libexec/crio/conmon"
`;

export const crioFiles: readonly (readonly [path: string, text: string])[] = [
  [
    '/usr/lib/systemd/system/crio.service',
    `[Unit]
Description=Container Runtime Interface for OCI (CRI-O)
Documentation=https://github.com/cri-o/cri-o
Wants=network-online.target
Before=kubelet.service
After=network-online.target

[Service]
Type=notify
EnvironmentFile=-/etc/sysconfig/crio
Environment=GOTRACEBACK=crash
ExecStart=/usr/bin/crio \\
          $CRIO_CONFIG_OPTIONS \\
          $CRIO_RUNTIME_OPTIONS \\
          $CRIO_STORAGE_OPTIONS \\
          $CRIO_NETWORK_OPTIONS \\
          $CRIO_METRICS_OPTIONS
ExecReload=/bin/kill -s HUP $MAINPID
TasksMax=infinity
OOMScoreAdjust=-999
TimeoutStartSec=0
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
Alias=cri-o.service
`,
  ],
  [
    '/etc/crio/crio.conf.d/10-crio.conf',
    `[crio.image]\nsignature_policy = "/etc/crio/policy.json"\n\n[crio.runtime]\ndefault_runtime = "crun"\n${runtime('crun')}${runtime('runc')}`,
  ],
  ['/etc/crio/policy.json', policy],
  ['/etc/containers/policy.json', policy],
  ['/etc/containers/registries.conf.d/crio.conf', 'unqualified-search-registries = ["docker.io"]\n'],
];

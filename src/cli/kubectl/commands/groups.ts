/** How kubectl's own help groups its commands: kubernetes kubectl/pkg/cmd/cmd.go. */
export type CommandGroup = { readonly title: string; readonly commands: readonly string[] };

/** In the order of `kubectl --help`. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'Basic Commands (Beginner):', commands: ['create', 'expose', 'run', 'set'] },
  { title: 'Basic Commands (Intermediate):', commands: ['explain', 'get', 'edit', 'delete'] },
  { title: 'Deploy Commands:', commands: ['rollout', 'scale', 'autoscale'] },
  { title: 'Cluster Management Commands:', commands: ['certificate', 'cluster-info', 'top', 'cordon', 'uncordon', 'drain', 'taint'] },
  {
    title: 'Troubleshooting and Debugging Commands:',
    commands: ['describe', 'logs', 'attach', 'exec', 'port-forward', 'proxy', 'cp', 'auth', 'debug', 'events'],
  },
  { title: 'Advanced Commands:', commands: ['diff', 'apply', 'patch', 'replace', 'wait', 'kustomize'] },
  { title: 'Settings Commands:', commands: ['label', 'annotate', 'completion'] },
  { title: 'Subcommands provided by plugins:', commands: [] },
  { title: 'Other Commands:', commands: ['alpha', 'api-resources', 'api-versions', 'config', 'plugin', 'version'] },
];

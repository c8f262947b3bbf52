/** Flags of helm in short lines: `f,values:stringSlice=DEFAULT[NOARGUMENT]{NAME} what it is for`; `!` before what the lab has no effect for, `~` before old names, whose text says what to use instead. */
import type { FlagSpec, FlagType } from '../flags.ts';

export function flagLines(lines: string): FlagSpec[] {
  return lines.split('\n').flatMap((line) => {
    const found = /^\s*([!~])?(?:(\w),)?([\w-]+)(?::(\w+))?(?:=([^\s[{]*))?(?:\[(\w+)\])?(?:\{(\w+)\})? ?(.*)$/.exec(line);
    if (!found?.[3]) return [];
    const [, none, short, name, type, value, implied, valueName, usage = ''] = found;
    return [
      {
        ...{ name, usage },
        ...(type === undefined ? {} : { type: type as FlagType }),
        ...(none === '!' && { absent: true }),
        ...(none === '~' && { hidden: true, deprecated: usage }),
        ...(short !== undefined && { short }),
        ...(value !== undefined && { default: value }),
        ...(implied !== undefined && { noOptDefault: implied }),
        ...(valueName !== undefined && { valueName }),
      },
    ];
  });
}

export const globalFlags: readonly FlagSpec[] = flagLines(`
  burst-limit:int=100 requests that may be made at once before they are throttled
  color=auto colours in the output (never, auto, always)
  colour=auto colours in the output (never, auto, always)
  !content-cache folder of charts that were fetched
  debug:bool tell more of what is done
  kube-apiserver address and port of the API server
  kube-as-group:stringArray group to act as; may be given several times
  kube-as-user user to act as
  kube-ca-file authority that the API server's certificate is checked with
  kube-context context of the kubeconfig
  kube-insecure-skip-tls-verify:bool do not check the API server's certificate
  kube-tls-server-name name that the API server's certificate is checked for
  kube-token bearer token
  kubeconfig path of the kubeconfig
  n,namespace namespace of this request
  qps:float{float32} requests a second to the API server
  !registry-config file of logins to registries
  repository-cache folder of the repositories' indexes
  repository-config file of the repositories' names and URLs
`).map((flag) => ({ ...flag, persistent: true }));

export const valueFlags = `
  set:stringArray values on the command line: key1=val1,key2=val2
  set-file:stringArray values from files: key1=path1,key2=path2
  set-json:stringArray values in JSON: key1=jsonval1, or a whole object
  set-literal:stringArray a text as it stands
  set-string:stringArray values that are texts: key1=val1,key2=val2
  f,values:stringSlice file of values in YAML (may be given several times)
`;

export const downloadFlags = `
  !ca-file authorities for a repository over HTTPS
  !cert-file certificate of this client for a repository
  !insecure-skip-tls-verify:bool do not check the repository's certificate
  !key-file key of this client for a repository
  !keyring public keys for --verify
  !pass-credentials:bool hand on credentials to all domains
  !password password for the repository
  !plain-http:bool fetch the chart without TLS
  repo URL of the repository of the chart
  !username user for the repository
  !verify:bool check the package's signature
  version version of the chart, or a range of versions (^2.0.0); the latest one without it
  devel:bool also versions that are not final, as --version '>0.0.0-0'
`;

export const waitFlags = `
  wait=hookOnly[watcher]{WaitStrategy} wait until the resources are ready, as long as --timeout: watcher, hookOnly or legacy
  wait-for-jobs:bool with --wait: until all Jobs are done, too
  timeout:duration=5m0s how long to wait for one thing at the most
`;

export const outputFlag = `
  o,output=table{format} table, json or yaml
`;

/** Of all that render a chart: install, upgrade, template. */
export const renderFlags = `
  ${valueFlags}${downloadFlags}${waitFlags}
  create-namespace:bool make the release's namespace if there is none
  !dependency-update:bool fetch missing dependencies first
  description what to note about this revision
  disable-openapi-validation:bool do not check manifests against the server's schemas
  dry-run=none[unset] only show what would be done: none, client or server
  !enable-dns:bool let templates look up names
  force-conflicts:bool take over fields of other managers
  force-replace:bool replace objects instead of changing them
  hide-notes:bool do not show the notes
  hide-secret:bool with --dry-run: do not show Secrets
  l,labels:stringToString=[] labels of the release
  no-hooks:bool run no hooks
  !post-renderer plugin that gets the manifests before they are applied
  !post-renderer-args:stringSlice arguments for it
  render-subchart-notes:bool also the notes of subcharts
  rollback-on-failure:bool undo all when it fails; waits as with --wait
  ~atomic:bool use --rollback-on-failure instead
  ~force:bool use --force-replace instead
  server-side=true[true] objects are merged by the server
  skip-crds:bool leave CRDs out
  skip-schema-validation:bool do not check values against values.schema.json
  take-ownership:bool take over objects that belong to no release
`;

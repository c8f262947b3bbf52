/**
 * Usage lines and flags of every command of kubectl 1.35. A flag reads `short,long:type=default`; `%print` and `%file` stand for the flags of
 * kubernetes cli-runtime pkg/genericclioptions PrintFlags and FileNameFlags.
 */
type CommandShape = { readonly use: string; readonly flags: string };

export const commandShapes: Readonly<Record<string, CommandShape>> = {
  create: {
    use: 'create -f FILENAME',
    flags:
      '%print %file dry-run:string=none edit:bool field-manager:string=kubectl-create raw:string save-config:bool l,selector:string validate:string=strict windows-line-endings:bool',
  },
  'create clusterrole': {
    use: 'create clusterrole NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none]',
    flags:
      '%print aggregation-rule:map dry-run:string=none field-manager:string=kubectl-create non-resource-url:list resource:list resource-name:array save-config:bool validate:string=strict verb:list',
  },
  'create clusterrolebinding': {
    use: 'create clusterrolebinding NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
    flags:
      '%print clusterrole:string dry-run:string=none field-manager:string=kubectl-create group:array save-config:bool serviceaccount:array user:array validate:string=strict',
  },
  'create configmap': {
    use: 'create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
    flags:
      '%print append-hash:bool dry-run:string=none field-manager:string=kubectl-create from-env-file:list from-file:list from-literal:array save-config:bool validate:string=strict',
  },
  'create cronjob': {
    use: "create cronjob NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags]",
    flags: '%print dry-run:string=none field-manager:string=kubectl-create image:string restart:string save-config:bool schedule:string validate:string=strict',
  },
  'create deployment': {
    use: 'create deployment NAME --image=image -- [COMMAND] [args...]',
    flags: '%print dry-run:string=none field-manager:string=kubectl-create image:list port:int=-1 r,replicas:int=1 save-config:bool validate:string=strict',
  },
  'create ingress': {
    use: 'create ingress NAME --rule=host/path=service:port[,tls[=secret]] ',
    flags:
      '%print annotation:array class:string default-backend:string dry-run:string=none field-manager:string=kubectl-create rule:array save-config:bool validate:string=strict',
  },
  'create job': {
    use: 'create job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]',
    flags: '%print dry-run:string=none field-manager:string=kubectl-create from:string image:string save-config:bool validate:string=strict',
  },
  'create namespace': {
    use: 'create namespace NAME [--dry-run=server|client|none]',
    flags: '%print dry-run:string=none field-manager:string=kubectl-create save-config:bool validate:string=strict',
  },
  'create poddisruptionbudget': {
    use: 'create poddisruptionbudget NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]',
    flags:
      '%print dry-run:string=none field-manager:string=kubectl-create max-unavailable:string min-available:string save-config:bool selector:string validate:string=strict',
  },
  'create priorityclass': {
    use: 'create priorityclass NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none]',
    flags:
      '%print description:string dry-run:string=none field-manager:string=kubectl-create global-default:bool preemption-policy:string=PreemptLowerPriority save-config:bool validate:string=strict value:int32=0',
  },
  'create quota': {
    use: 'create quota NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none]',
    flags: '%print dry-run:string=none field-manager:string=kubectl-create hard:string save-config:bool scopes:string validate:string=strict',
  },
  'create role': {
    use: 'create role NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none]',
    flags: '%print dry-run:string=none field-manager:string=kubectl-create resource:list resource-name:array save-config:bool validate:string=strict verb:list',
  },
  'create rolebinding': {
    use: 'create rolebinding NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
    flags:
      '%print clusterrole:string dry-run:string=none field-manager:string=kubectl-create group:array role:string save-config:bool serviceaccount:array user:array validate:string=strict',
  },
  'create secret': { use: 'create secret (docker-registry | generic | tls)', flags: '' },
  'create secret docker-registry': {
    use: 'create secret docker-registry NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]',
    flags:
      '%print append-hash:bool docker-email:string docker-password:string docker-server:string=https://index.docker.io/v1/ docker-username:string dry-run:string=none field-manager:string=kubectl-create from-file:list save-config:bool validate:string=strict',
  },
  'create secret generic': {
    use: 'create secret generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
    flags:
      '%print append-hash:bool dry-run:string=none field-manager:string=kubectl-create from-env-file:list from-file:list from-literal:array save-config:bool type:string validate:string=strict',
  },
  'create secret tls': {
    use: 'create secret tls NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]',
    flags: '%print append-hash:bool cert:string dry-run:string=none field-manager:string=kubectl-create key:string save-config:bool validate:string=strict',
  },
  'create service': { use: 'create service [flags]', flags: '' },
  'create service clusterip': {
    use: 'create service clusterip NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]',
    flags: '%print clusterip:string dry-run:string=none field-manager:string=kubectl-create save-config:bool tcp:list validate:string=strict',
  },
  'create service externalname': {
    use: 'create service externalname NAME --external-name external.name [--dry-run=server|client|none]',
    flags: '%print dry-run:string=none external-name:string field-manager:string=kubectl-create save-config:bool tcp:list validate:string=strict',
  },
  'create service loadbalancer': {
    use: 'create service loadbalancer NAME [--tcp=port:targetPort] [--dry-run=server|client|none]',
    flags: '%print dry-run:string=none field-manager:string=kubectl-create save-config:bool tcp:list validate:string=strict',
  },
  'create service nodeport': {
    use: 'create service nodeport NAME [--tcp=port:targetPort] [--dry-run=server|client|none]',
    flags: '%print dry-run:string=none field-manager:string=kubectl-create node-port:int=0 save-config:bool tcp:list validate:string=strict',
  },
  'create serviceaccount': {
    use: 'create serviceaccount NAME [--dry-run=server|client|none]',
    flags: '%print dry-run:string=none field-manager:string=kubectl-create save-config:bool validate:string=strict',
  },
  'create token': {
    use: 'create token SERVICE_ACCOUNT_NAME',
    flags: '%print audience:array bound-object-kind:string bound-object-name:string bound-object-uid:string duration:duration=0s',
  },
  expose: {
    use: 'expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type]',
    flags:
      '%print %file cluster-ip:string dry-run:string=none external-ip:string field-manager:string=kubectl-expose l,labels:string load-balancer-ip:string name:string override-type:string=merge overrides:string port:string protocol:string save-config:bool selector:string session-affinity:string target-port:string type:string',
  },
  run: {
    use: 'run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...]',
    flags:
      '%print %file annotations:array attach:bool cascade:string=background command:bool dry-run:string=none env:array expose:bool field-manager:string=kubectl-run force:bool grace-period:int=-1 image:string image-pull-policy:string l,labels:string leave-stdin-open:bool override-type:string=merge overrides:string pod-running-timeout:duration=1m0s port:string privileged:bool q,quiet:bool restart:string=Always rm:bool save-config:bool i,stdin:bool timeout:duration=0s t,tty:bool wait:bool',
  },
  set: { use: 'set SUBCOMMAND', flags: '' },
  'set env': {
    use: 'set env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N',
    flags:
      '%print %file all:bool c,containers:string=* dry-run:string=none e,env:array field-manager:string=kubectl-set from:string keys:list list:bool local:bool overwrite:bool=true prefix:string resolve:bool l,selector:string',
  },
  'set image': {
    use: 'set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N',
    flags: '%print %file all:bool dry-run:string=none field-manager:string=kubectl-set local:bool l,selector:string record:bool',
  },
  'set resources': {
    use: 'set resources (-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]',
    flags:
      '%print %file all:bool c,containers:string=* dry-run:string=none field-manager:string=kubectl-set limits:string local:bool requests:string l,selector:string record:bool',
  },
  'set selector': {
    use: 'set selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]',
    flags:
      '%print all:bool dry-run:string=none field-manager:string=kubectl-set f,filename:list local:bool R,recursive:bool=true resource-version:string record:bool',
  },
  'set serviceaccount': {
    use: 'set serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT',
    flags: '%print %file all:bool dry-run:string=none field-manager:string=kubectl-set local:bool record:bool',
  },
  'set subject': {
    use: 'set subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
    flags:
      '%print %file all:bool dry-run:string=none field-manager:string=kubectl-set group:array local:bool l,selector:string serviceaccount:array user:array',
  },
  explain: {
    use: 'explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2]',
    flags: 'api-version:string o,output:string=plaintext recursive:bool',
  },
  get: {
    use: 'get [(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]',
    flags:
      '%print %file A,all-namespaces:bool chunk-size:int=500 field-selector:string ignore-not-found:bool L,label-columns:list no-headers:bool output-watch-events:bool raw:string l,selector:string server-print:bool=true show-kind:bool show-labels:bool sort-by:string subresource:string w,watch:bool watch-only:bool',
  },
  edit: {
    use: 'edit (RESOURCE/NAME | -f FILENAME)',
    flags:
      '%print %file field-manager:string=kubectl-edit output-patch:bool save-config:bool subresource:string validate:string=strict windows-line-endings:bool',
  },
  delete: {
    use: 'delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])',
    flags:
      '%file all:bool A,all-namespaces:bool cascade:string=background dry-run:string=none field-selector:string force:bool grace-period:int=-1 ignore-not-found:bool i,interactive:bool now:bool o,output:string raw:string l,selector:string timeout:duration=0s wait:bool=true',
  },
  rollout: { use: 'rollout SUBCOMMAND', flags: '' },
  'rollout history': { use: 'rollout history (TYPE NAME | TYPE/NAME) [flags]', flags: '%print %file revision:int=0 l,selector:string' },
  'rollout pause': { use: 'rollout pause RESOURCE', flags: '%print %file field-manager:string=kubectl-rollout l,selector:string' },
  'rollout restart': { use: 'rollout restart RESOURCE', flags: '%print %file field-manager:string=kubectl-rollout l,selector:string' },
  'rollout resume': { use: 'rollout resume RESOURCE', flags: '%print %file field-manager:string=kubectl-rollout l,selector:string' },
  'rollout status': {
    use: 'rollout status (TYPE NAME | TYPE/NAME) [flags]',
    flags: '%file revision:int=0 l,selector:string timeout:duration=0s w,watch:bool=true',
  },
  'rollout undo': { use: 'rollout undo (TYPE NAME | TYPE/NAME) [flags]', flags: '%print %file dry-run:string=none l,selector:string to-revision:int=0' },
  scale: {
    use: 'scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)',
    flags:
      '%print %file all:bool current-replicas:int=-1 dry-run:string=none replicas:int=0 resource-version:string l,selector:string timeout:duration=0s record:bool',
  },
  autoscale: {
    use: 'autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY]',
    flags:
      '%print %file cpu:string cpu-percent:int=-1 dry-run:string=none field-manager:string=kubectl-autoscale max:int=-1 memory:string min:int=-1 name:string save-config:bool',
  },
  certificate: { use: 'certificate SUBCOMMAND', flags: '' },
  'certificate approve': { use: 'certificate approve (-f FILENAME | NAME)', flags: '%print %file force:bool' },
  'certificate deny': { use: 'certificate deny (-f FILENAME | NAME)', flags: '%print %file force:bool' },
  'cluster-info': { use: 'cluster-info [flags]', flags: '' },
  'cluster-info dump': {
    use: 'cluster-info dump [flags]',
    flags:
      'A,all-namespaces:bool allow-missing-template-keys:bool=true namespaces:list o,output:string=json output-directory:string pod-running-timeout:duration=20s show-managed-fields:bool template:string',
  },
  top: { use: 'top [flags]', flags: '' },
  'top node': {
    use: 'top node [NAME | -l label]',
    flags: 'no-headers:bool l,selector:string show-capacity:bool show-swap:bool sort-by:string use-protocol-buffers:bool=true',
  },
  'top pod': {
    use: 'top pod [NAME | -l label]',
    flags:
      'A,all-namespaces:bool containers:bool field-selector:string no-headers:bool l,selector:string show-swap:bool sort-by:string sum:bool use-protocol-buffers:bool=true',
  },
  cordon: { use: 'cordon NODE', flags: 'dry-run:string=none l,selector:string' },
  uncordon: { use: 'uncordon NODE', flags: 'dry-run:string=none l,selector:string' },
  drain: {
    use: 'drain NODE',
    flags:
      'chunk-size:int=500 delete-emptydir-data:bool disable-eviction:bool dry-run:string=none force:bool grace-period:int=-1 ignore-daemonsets:bool pod-selector:string l,selector:string skip-wait-for-delete-timeout:int=0 timeout:duration=0s',
  },
  taint: {
    use: 'taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N',
    flags: '%print all:bool dry-run:string=none field-manager:string=kubectl-taint overwrite:bool l,selector:string validate:string=strict',
  },
  describe: {
    use: 'describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)',
    flags: '%file A,all-namespaces:bool chunk-size:int=500 l,selector:string show-events:bool=true',
  },
  logs: {
    use: 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]',
    flags:
      'all-containers:bool all-pods:bool c,container:string f,follow:bool ignore-errors:bool insecure-skip-tls-verify-backend:bool limit-bytes:int=0 max-log-requests:int=5 pod-running-timeout:duration=20s prefix:bool p,previous:bool l,selector:string since:duration=0s since-time:string tail:int=-1 timestamps:bool',
  },
  attach: { use: 'attach (POD | TYPE/NAME) -c CONTAINER', flags: 'c,container:string pod-running-timeout:duration=1m0s q,quiet:bool i,stdin:bool t,tty:bool' },
  exec: {
    use: 'exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]',
    flags: 'c,container:string f,filename:list pod-running-timeout:duration=1m0s q,quiet:bool i,stdin:bool t,tty:bool',
  },
  'port-forward': {
    use: 'port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
    flags: 'address:list=localhost pod-running-timeout:duration=1m0s',
  },
  proxy: {
    use: 'proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]',
    flags:
      'accept-hosts:string=^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$ accept-paths:string=^.* address:string=127.0.0.1 api-prefix:string=/ append-server-path:bool disable-filter:bool keepalive:duration=0s p,port:int=8001 reject-methods:string=^$ reject-paths:string=^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach u,unix-socket:string w,www:string P,www-prefix:string=/static/',
  },
  cp: { use: 'cp <file-spec-src> <file-spec-dest>', flags: 'c,container:string no-preserve:bool retries:int=0' },
  auth: { use: 'auth [flags]', flags: '' },
  'auth can-i': {
    use: 'auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL]',
    flags: 'A,all-namespaces:bool list:bool no-headers:bool q,quiet:bool subresource:string',
  },
  'auth reconcile': { use: 'auth reconcile -f FILENAME', flags: '%print %file dry-run:string=none remove-extra-permissions:bool remove-extra-subjects:bool' },
  'auth whoami': { use: 'auth whoami', flags: '%print' },
  debug: {
    use: 'debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]',
    flags:
      'arguments-only:bool attach:bool c,container:string copy-to:string custom:string env:pairs f,filename:list image:string image-pull-policy:string keep-annotations:bool keep-init-containers:bool=true keep-labels:bool keep-liveness:bool keep-readiness:bool keep-startup:bool profile:string=legacy q,quiet:bool replace:bool same-node:bool set-image:pairs share-processes:bool=true i,stdin:bool target:string t,tty:bool',
  },
  events: {
    use: 'events [(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]',
    flags: '%print A,all-namespaces:bool chunk-size:int=500 for:string no-headers:bool types:list w,watch:bool',
  },
  diff: {
    use: 'diff -f FILENAME',
    flags:
      '%file concurrency:int=1 field-manager:string=kubectl-client-side-apply force-conflicts:bool prune:bool prune-allowlist:array l,selector:string server-side:bool show-managed-fields:bool',
  },
  apply: {
    use: 'apply (-f FILENAME | -k DIRECTORY)',
    flags:
      '%print %file all:bool cascade:string=background dry-run:string=none field-manager:string=kubectl-client-side-apply force:bool force-conflicts:bool grace-period:int=-1 openapi-patch:bool=true overwrite:bool=true prune:bool prune-allowlist:array l,selector:string server-side:bool subresource:string timeout:duration=0s validate:string=strict wait:bool record:bool',
  },
  'apply edit-last-applied': {
    use: 'apply edit-last-applied (RESOURCE/NAME | -f FILENAME)',
    flags: '%print %file field-manager:string=kubectl-client-side-apply validate:string=strict windows-line-endings:bool',
  },
  'apply set-last-applied': { use: 'apply set-last-applied -f FILENAME', flags: '%print create-annotation:bool dry-run:string=none f,filename:list' },
  'apply view-last-applied': {
    use: 'apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)',
    flags: '%file all:bool o,output:string=yaml l,selector:string',
  },
  patch: {
    use: 'patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]',
    flags:
      '%print %file dry-run:string=none field-manager:string=kubectl-patch local:bool p,patch:string patch-file:string subresource:string type:string=strategic',
  },
  replace: {
    use: 'replace -f FILENAME',
    flags:
      '%print %file cascade:string=background dry-run:string=none field-manager:string=kubectl-replace force:bool grace-period:int=-1 raw:string save-config:bool subresource:string timeout:duration=0s validate:string=strict wait:bool',
  },
  wait: {
    use: "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
    flags:
      '%print all:bool A,all-namespaces:bool field-selector:string f,filename:list for:string local:bool R,recursive:bool=true l,selector:string timeout:duration=30s',
  },
  kustomize: {
    use: 'kustomize DIR [flags]',
    flags:
      'as-current-user:bool enable-alpha-plugins:bool enable-helm:bool enable-managedby-label:bool e,env:array helm-api-versions:list helm-command:string=helm helm-debug:bool helm-kube-version:string load-restrictor:string=LoadRestrictionsRootOnly mount:array network:bool network-name:string=bridge o,output:string reorder:string=legacy',
  },
  label: {
    use: 'label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]',
    flags:
      '%print %file all:bool A,all-namespaces:bool dry-run:string=none field-manager:string=kubectl-label field-selector:string list:bool local:bool overwrite:bool resource-version:string l,selector:string',
  },
  annotate: {
    use: 'annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]',
    flags:
      '%print %file all:bool A,all-namespaces:bool dry-run:string=none field-manager:string=kubectl-annotate field-selector:string list:bool local:bool overwrite:bool resource-version:string l,selector:string',
  },
  completion: { use: 'completion SHELL', flags: '' },
  alpha: { use: '', flags: '' },
  'alpha kuberc': { use: 'alpha kuberc SUBCOMMAND', flags: '' },
  'alpha kuberc set': {
    use: 'alpha kuberc set --section (defaults|aliases) --command COMMAND',
    flags: 'appendarg:list command:string kuberc:string name:string option:array overwrite:bool prependarg:list section:string',
  },
  'alpha kuberc view': {
    use: 'alpha kuberc view',
    flags: 'allow-missing-template-keys:bool=true kuberc:string o,output:string=yaml show-managed-fields:bool template:string',
  },
  'api-resources': {
    use: 'api-resources [flags]',
    flags:
      'api-group:string cached:bool categories:list namespaced:bool=true no-headers:bool o,output:string show-managed-fields:bool sort-by:string verbs:list',
  },
  'api-versions': { use: 'api-versions', flags: '' },
  config: { use: 'config SUBCOMMAND', flags: '' },
  'config current-context': { use: 'config current-context [flags]', flags: '' },
  'config delete-cluster': { use: 'config delete-cluster NAME', flags: '' },
  'config delete-context': { use: 'config delete-context NAME', flags: '' },
  'config delete-user': { use: 'config delete-user NAME', flags: '' },
  'config get-clusters': { use: 'config get-clusters [flags]', flags: '' },
  'config get-contexts': { use: 'config get-contexts [(-o|--output=)name)]', flags: 'no-headers:bool o,output:string' },
  'config get-users': { use: 'config get-users [flags]', flags: '' },
  'config rename-context': { use: 'config rename-context CONTEXT_NAME NEW_NAME', flags: '' },
  'config set': { use: 'config set PROPERTY_NAME PROPERTY_VALUE', flags: 'set-raw-bytes:bool' },
  'config set-cluster': {
    use: 'config set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com]',
    flags: 'certificate-authority:string embed-certs:bool insecure-skip-tls-verify:bool proxy-url:string server:string tls-server-name:string',
  },
  'config set-context': {
    use: 'config set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]',
    flags: 'cluster:string current:bool n,namespace:string user:string',
  },
  'config set-credentials': {
    use: 'config set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value]',
    flags:
      'auth-provider:string auth-provider-arg:list client-certificate:string client-key:string embed-certs:bool exec-api-version:string exec-arg:array exec-command:string exec-env:array exec-interactive-mode:string exec-provide-cluster-info:bool password:string token:string username:string',
  },
  'config unset': { use: 'config unset PROPERTY_NAME', flags: '' },
  'config use-context': { use: 'config use-context CONTEXT_NAME', flags: '' },
  'config view': {
    use: 'config view [flags]',
    flags:
      'allow-missing-template-keys:bool=true flatten:bool merge:bool=true minify:bool o,output:string=yaml raw:bool show-managed-fields:bool template:string',
  },
  plugin: { use: 'plugin [flags]', flags: '' },
  'plugin list': { use: 'plugin list [flags]', flags: 'name-only:bool' },
  version: { use: 'version [flags]', flags: 'client:bool o,output:string' },
};

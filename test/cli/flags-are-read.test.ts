/** A flag that a tool takes has an effect, or is refused in the lab's own name, or stands here with why it changes nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const tools = ['docker', 'nerdctl', 'ctr', 'crictl', 'runc', 'buildctl', 'etcdctl', 'etcdutl', 'kubeadm', 'notation', 'cosign'];

/** Why nothing has to read them. */
const idle: Readonly<Record<string, string>> = {
  'docker log-level': "the client's own log, of which there is none",
  'docker disable-content-trust': 'deprecated, and of no effect in 29',
  'docker force-rm': 'BuildKit keeps no intermediate containers, and the classic builder removes them here in any case',
  'docker quiet-pull': 'compose shows one line an image either way',
  'docker yes': 'nothing is asked',
  'docker parallel': 'everything is done in turn',
  'docker dns-search': 'a field of HostConfig, which the daemon reads',
  'docker memory-swappiness': 'a field of HostConfig, which the daemon warns of',
  'docker oom-kill-disable': 'a field of HostConfig, which the daemon warns of',
  'docker bootstrap': "the daemon's own builder has always booted",
  'etcdctl max-create-rev': 'read by the name that its kind gives it',
  'etcdctl max-mod-rev': 'read by the name that its kind gives it',
  'etcdctl min-create-rev': 'read by the name that its kind gives it',
  'etcdctl min-mod-rev': 'read by the name that its kind gives it',
  'etcdctl physical': 'a compaction is done when it is answered',
  'etcdctl dial-timeout': 'a dial is answered at once',
  'etcdctl insecure-transport': "the endpoint's scheme decides",
  'etcdctl keepalive-time': 'connections do not go stale',
  'etcdctl keepalive-timeout': 'connections do not go stale',
  'cosign allow-insecure-registry': 'the registry is spoken to as it speaks',
  'cosign allow-http-registry': 'the registry is spoken to as it speaks',
  'cosign recursive': 'images are of one platform',
  'nerdctl quiet-pull': 'compose pulls quietly either way',
  'nerdctl no-color': 'lines have no colours',
  'nerdctl no-TTY': 'compose exec takes a terminal only with -t',
  'ctr async': 'the collector runs when it is asked',
  'ctr connect-timeout': 'a socket answers or there is none',
  'ctr max-concurrent-downloads': 'how many layers at once changes no result',
  'ctr max-concurrent-uploaded-layers': 'how many layers at once changes no result',
  'ctr image-path': 'without CRIU no checkpoint comes as far as its files',
  'ctr no-pivot': 'the root is the same to the processes',
  'ctr sync-fs': 'what is written is there',
  'ctr skip-metadata': 'indexes of images name no content of other platforms',
  'ctr skip-non-distributable': 'no layer is one',
  'crictl cancel-timeout': 'a call that waits is ended by its own timeout',
  'crictl cpu-count': 'Windows only',
  'crictl cpu-maximum': 'Windows only',
  'runc no-new-keyring': 'there are no keyrings',
  'runc no-pivot': 'the root is the same to the processes',
  'runc no-subreaper': 'of no effect since runc 1.0',
  'buildctl tlsservername': 'a socket of the machine has no TLS',
  'buildctl wait': 'a socket answers or there is none',
};

/** runc checkpoint and restore end before they come to these: there is no CRIU. */
const criu =
  'auto-dedup empty-ns ext-unix-sk file-locks lazy-pages leave-running link-remap lsm-mount-context lsm-profile manage-cgroups-mode page-server parent-path shell-job status-fd tcp-established tcp-skip-in-flight work-path'.split(
    ' ',
  );

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? sources(join(folder, each.name)) : [readFileSync(join(folder, each.name), 'utf8')],
  );

/** The text without what stands inside of `absent([…])`. */
function withoutAbsent(text: string): string {
  const at = text.indexOf('absent([');
  if (at < 0) return text;
  let depth = 0;
  for (let end = at + 'absent('.length; end < text.length; end++) {
    if (text[end] === '[') depth++;
    else if (text[end] === ']' && --depth === 0) return text.slice(0, at) + withoutAbsent(text.slice(end));
  }
  return text;
}

/** `bool('all,a', …)` and its kin, and `{ name: 'all', type: … }`. */
const declaration =
  /(?:(?<![.\w])(?:bool|text|list|int|duration|float|slice|count|named|on)\(\s*|\{ name: (?![^}]*\babsent: true)(?=[^}]*\b(?:usage|type|default):))'([\w-]+)(?:,\w)?'/g;

test.each(tools)('every flag of %s is read or refused', (tool) => {
  const text = withoutAbsent(sources(`src/cli/${tool}`).join('\n'));
  const declared = new Set([...text.matchAll(declaration)].map(([, name = '']) => name));
  const rest = text.replace(declaration, '');
  const unread = [...declared].filter(
    (name) => !new RegExp(`['"\`( ]${name}['"\`? ,)]`).test(rest) && idle[`${tool} ${name}`] === undefined && !(tool === 'runc' && criu.includes(name)),
  );
  expect(declared.size).toBeGreaterThan(3);
  expect(unread).toEqual([]);
});

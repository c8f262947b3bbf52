/** The language of AppArmor's profiles (apparmor.d(5)): the file rules of it as the kernel obeys them. */
import type { AppArmor, FileRule, Profile } from './apparmor.ts';

/** `line` counts from 1; `kind` tells a mistake from what the lab has not. */
export class ProfileError extends Error {
  readonly kind: 'syntax' | 'include' | 'absent';
  readonly line: number;
  constructor(kind: ProfileError['kind'], text: string, line = 0) {
    super(text);
    this.kind = kind;
    this.line = line;
  }
}

/** A profile, and words of its rules that the lab's kernel does not ask (`network`, `capability`). */
export type Parsed = Profile & { readonly unasked: readonly string[] };

/** What tunables/global defines on every machine. */
const tunables: Readonly<Record<string, string>> = {
  PROC: '/proc/',
  HOMEDIRS: '/home/',
  HOME: '{/home/*/,/root/}',
  pid: '[1-9]*',
  pids: '[1-9]*',
  tid: '[1-9]*',
  sys: '/sys/',
  run: '{/run/,/var/run/}',
  etc_ro: '{/usr/etc/,/etc/}',
  multiarch: '*-linux-gnu*',
};
/** What abstractions/base grants to all; those that come without a file of their own here. */
const base = `/dev/{null,zero,full,random,urandom,tty} rw, /etc/{ld.so.cache,localtime,locale/**,ld.so.preload} r, /{usr/,}lib{,32,64}/** mr,
/usr/share/{locale,zoneinfo,i18n}/** r, @{PROC}/{meminfo,stat,cpuinfo,filesystems,sys/kernel/version} r, @{PROC}/*/{maps,auxv,status} r, /sys/devices/system/cpu/** r, `;

/** Of rules that are about other things than files. */
const others = /^(?:network|capability|mount|umount|remount|pivot_root|ptrace|signal|unix|dbus|set|rlimit|userns|io_uring|mqueue|change_profile)\b/;
const head = /^\s*(?:profile\s+)?("[^"]+"|[^\s({]+)(?:\s+(?!flags)("?\/[^\s{"]*"?))?(?:\s+(?:flags\s*=\s*)?\(([^)]*)\))?\s*\{/;

/** All profiles of a text. `included` is the text of another file (`tunables/global`), undefined where there is none. */
export function parseProfiles(text: string, included: (path: string) => string | undefined): Parsed[] {
  const variables: Record<string, string> = { ...tunables };
  const plain = withIncludes(text, included, 0).replace(/^[ \t]*@\{(\w+)\}\s*\+?=\s*(.*)$/gm, (_all, name: string, value: string) => {
    const values = value.trim().split(/\s+/);
    variables[name] = values.length > 1 ? `{${values.join()}}` : (values[0] ?? '');
    return '';
  });
  const found: Parsed[] = [];
  for (
    let at = 0;
    plain
      .slice(at)
      .replace(/abi\s+<[^>]*>\s*,/g, '')
      .trim() !== '';
  ) {
    const rest = plain.slice(at).replace(/^(?:\s*abi\s+<[^>]*>\s*,)+/, (each) => ' '.repeat(each.length));
    const opened = head.exec(rest);
    const line = plain.slice(0, at + (/\S/.exec(rest)?.index ?? 0)).split('\n').length;
    if (!opened) throw new ProfileError('syntax', 'syntax error', line);
    const end = closing(rest, opened[0].length);
    if (end < 0) throw new ProfileError('syntax', 'syntax error, unexpected end of file', plain.split('\n').length);
    const flags = (opened[3] ?? '').split(/[\s,]+/);
    const rules = rulesOf(rest.slice(opened[0].length, end), variables, line);
    const mode = (['complain', 'kill', 'unconfined'] as const).find((each) => flags.includes(each)) ?? 'enforce';
    found.push({ name: (opened[1] ?? '').replaceAll('"', ''), mode, ...rules });
    at += end + 1;
  }
  return found;
}

/** Runtimes look for it before they ask for a profile. */
export const parserPath = '/usr/sbin/apparmor_parser';

/** What runtimes load as their own: no file of /proc and no secret of the kernel is written or read (containerd contrib/apparmor/template.go). */
export function loadOwn({ profiles }: AppArmor, name: string): void {
  const body = 'file, deny @{PROC}/* w, deny @{PROC}/{sysrq-trigger,kcore} rwklx, deny /sys/{kernel/security,firmware}/** rwklx,';
  if (!profiles.has(name)) for (const each of parseProfiles(`profile ${name} { ${body} }`, () => undefined)) profiles.set(name, each);
}

/** Comments go, lines stay where they are. */
function withIncludes(text: string, included: (path: string) => string | undefined, depth: number): string {
  if (depth > 8) throw new ProfileError('syntax', 'syntax error');
  return text
    .split('\n')
    .map((line, i) => {
      const [, maybe, name = ''] = /^\s*#?include\s+(if\s+exists\s+)?[<"]([^>"]+)[>"]/.exec(line) ?? [];
      if (name === '') return line.replace(/(^|\s)#.*$/, '');
      const content = included(name);
      const known = name === 'abstractions/base' ? base.replaceAll('\n', ' ') : '';
      if (content !== undefined) return known + withIncludes(content, included, depth + 1).replaceAll('\n', ' ');
      if (known !== '') return known;
      if (maybe === undefined && name !== 'tunables/global') throw new ProfileError('include', name, i + 1);
      return '';
    })
    .join('\n');
}

/** Where the body ends that begins at `from`; braces of patterns stand within words. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++;
    if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

function rulesOf(body: string, variables: Readonly<Record<string, string>>, line: number): Pick<Parsed, 'rules' | 'unasked'> {
  const rules: FileRule[] = [];
  const unasked = new Set<string>();
  for (let at = 0, end = 0; at < body.length; at = end + 1) {
    end = endOfRule(body, at);
    const text = body.slice(at, end).trim();
    if (text === '') continue;
    const number = line + body.slice(0, at + body.slice(at).search(/\S/)).split('\n').length - 1;
    if (end === body.length || /[^\w@,/*.)\]}"\\-][ \t]*\{|^(?:profile|hat|\^)/.test(text)) {
      if (/\{\s*$|\{[^}]*\n/.test(text)) throw new ProfileError('absent', 'profiles within profiles', number);
      throw new ProfileError('syntax', 'syntax error', number);
    }
    const [, qualifiers = '', plain = ''] = /^((?:(?:audit|deny|allow|owner)\s+)*)(.*)$/s.exec(text) ?? [];
    if (others.test(plain)) {
      unasked.add(plain.split(/[\s(]/)[0] ?? '');
      continue;
    }
    const rule = plain.replace(/^file\s+(?=\S)/, '');
    const path = /(?:^|\s)("[^"]*"|[/@][^\s]*)/.exec(rule)?.[1];
    const permissions =
      rule === 'file'
        ? 'rwaxmlk'
        : rule
            .replace(path ?? '', '')
            .replace(/->.*$/, '')
            .trim();
    if ((path === undefined && rule !== 'file') || !/^[rwaxmlkiIpPcCuU]+$/.test(permissions)) throw new ProfileError('syntax', 'syntax error', number);
    if (/[pPcCuU]/.test(permissions)) unasked.add('change of profile at exec');
    const words = qualifiers.split(/\s+/);
    const pattern = path === undefined ? /^/ : new RegExp(`^${patternOf(expanded(path.replaceAll('"', ''), variables, number))}$`, 's');
    rules.push({ pattern, permissions, deny: words.includes('deny'), audit: words.includes('audit'), owner: words.includes('owner') });
  }
  return { rules, unasked: [...unasked] };
}

/** The comma that ends a rule; those within braces, brackets and quotes do not. */
function endOfRule(body: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = from; i < body.length; i++) {
    const letter = body[i] as string;
    if (letter === '"') quoted = !quoted;
    if (/[{[(]/.test(letter)) depth++;
    if (/[}\])]/.test(letter)) depth--;
    if (letter === ',' && depth === 0 && !quoted) return i;
  }
  return body.length;
}

function expanded(path: string, variables: Readonly<Record<string, string>>, line: number, depth = 0): string {
  const text = path.replace(/@\{(\w+)\}/g, (_all, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined || depth > 8) throw new ProfileError('syntax', `Found reference to variable ${name}, but is never declared`, line);
    return value;
  });
  return /@\{\w+\}/.test(text) ? expanded(text, variables, line, depth + 1) : text.replace(/\/{2,}/g, '/');
}

/** As a regular expression: `*` within a name, `**` over folders too; after a slash both stand for one letter at least. */
function patternOf(path: string): string {
  let depth = 0;
  return path.replace(/\*\*|\*|\?|\\.|[{},]|\[[^\]]*\]|./g, (token, at: number) => {
    const opens = path[at - 1] === '/';
    if (token === '**') return opens ? '[^/].*' : '.*';
    if (token === '*') return opens && /^(?:\/|$)/.test(path.slice(at + 1)) ? '[^/]+' : '[^/]*';
    if (token === '?') return '[^/]';
    if (token.length > 1) return token;
    if (token === '{') depth++;
    if (token === '}') depth--;
    if (token === '{') return '(?:';
    if (token === '}') return ')';
    if (token === ',' && depth > 0) return '|';
    return token.replace(/[.+^$()|]/, '\\$&');
  });
}

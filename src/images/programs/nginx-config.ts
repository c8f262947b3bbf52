/** nginx's configuration language, as far as the lab's nginx follows it. */
import type { FileSystem } from '../../linux/file-system.ts';

/** `file` and `line` are where it stands, for error messages. */
export type Directive = {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: readonly Directive[];
  readonly file: string;
  readonly line: number;
};

/** Text as nginx prints it after `[emerg]`. */
export class NginxConfigError extends Error {}

type Token = { readonly text: string; readonly line: number; readonly quoted: boolean };

/** Reads a file with all that it includes. */
export function readConfig(files: FileSystem, path: string): Directive[] {
  const inode = files.find(path);
  if (inode?.type !== 'file') throw new NginxConfigError(`open() "${path}" failed (2: No such file or directory)`);
  const tokens = inode.derived(`nginx:${path}`, (text) => tokenize(text, path));
  const at = { index: 0 };
  const directives = parseBlock(files, tokens, at, path, true);
  return directives;
}

function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  const pattern = /(#[^\n]*)|(\n)|([ \t\r]+)|([{};])|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:\$\{[^}]*\}|[^\s;{}])+)/gy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const quoted = match[5] ?? match[6];
    if (match[2]) line++;
    else if (quoted !== undefined) tokens.push({ text: quoted.replace(/\\(["'\\])/g, '$1'), line, quoted: true });
    else if (match[4] ?? match[7]) tokens.push({ text: (match[4] ?? match[7]) as string, line, quoted: false });
    line += quoted?.match(/\n/g)?.length ?? 0;
    if (pattern.lastIndex >= text.length) return tokens;
  }
  if (text !== '') throw new NginxConfigError(`unexpected end of file, expecting ";" or "}" in ${file}:${line}`);
  return tokens;
}

function parseBlock(files: FileSystem, tokens: readonly Token[], at: { index: number }, file: string, top: boolean): Directive[] {
  const found: Directive[] = [];
  let words: Token[] = [];
  const lastLine = tokens[tokens.length - 1]?.line ?? 1;
  for (; at.index < tokens.length; at.index++) {
    const token = tokens[at.index] as Token;
    const special = token.quoted ? '' : token.text;
    if (special === ';') {
      const [name, ...args] = words;
      if (!name) throw new NginxConfigError(`unexpected ";" in ${file}:${token.line}`);
      const directive = { name: name.text, args: args.map(({ text }) => text), file, line: name.line };
      if (directive.name === 'include') found.push(...included(files, directive.args[0] ?? '', file, token.line));
      else found.push(directive);
      words = [];
    } else if (special === '{') {
      const [name, ...args] = words;
      if (!name) throw new NginxConfigError(`unexpected "{" in ${file}:${token.line}`);
      at.index++;
      found.push({ name: name.text, args: args.map(({ text }) => text), block: parseBlock(files, tokens, at, file, false), file, line: name.line });
      words = [];
    } else if (special === '}') {
      if (top || words.length > 0) throw new NginxConfigError(`unexpected "}" in ${file}:${token.line}`);
      return found;
    } else words.push(token);
  }
  if (!top || words.length > 0)
    throw new NginxConfigError(`unexpected end of file, expecting ${words.length > 0 ? '";" or "}"' : '"}"'} in ${file}:${lastLine + 1}`);
  return found;
}

function included(files: FileSystem, pattern: string, file: string, line: number): Directive[] {
  const path = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`;
  if (!path.includes('*')) {
    if (!files.exists(path)) throw new NginxConfigError(`open() "${path}" failed (2: No such file or directory) in ${file}:${line}`);
    return readConfig(files, path);
  }
  const folder = path.slice(0, path.lastIndexOf('/'));
  const [before = '', after = ''] = path.slice(path.lastIndexOf('/') + 1).split('*');
  if (!files.isDirectory(folder)) return [];
  return files
    .list(folder)
    .filter(([name, inode]) => inode.type !== 'directory' && name.startsWith(before) && name.endsWith(after) && !name.startsWith('.'))
    .flatMap(([name]) => readConfig(files, `${folder}/${name}`));
}

const known = new Set(
  'user worker_processes error_log pid events worker_connections http include default_type log_format access_log sendfile tcp_nopush tcp_nodelay keepalive_timeout gzip types server listen server_name location root index alias return proxy_pass proxy_set_header proxy_http_version proxy_read_timeout proxy_connect_timeout proxy_send_timeout proxy_buffering proxy_redirect proxy_next_upstream error_page add_header autoindex try_files rewrite upstream stub_status client_max_body_size charset expires server_tokens resolver set deny allow auth_basic auth_basic_user_file daemon master_process multi_accept use stream ssl_certificate ssl_certificate_key ssl_protocols ssl_ciphers internal gzip_types limit_req limit_req_zone map if env worker_rlimit_nofile load_module types_hash_max_size server_names_hash_bucket_size client_body_timeout send_timeout open_file_cache fastcgi_pass fastcgi_param sub_filter sub_filter_once'.split(
    ' ',
  ),
);

/** Refuses directives that nginx does not know. */
export function checkDirectives(directives: readonly Directive[], within = 'main'): void {
  for (const { name, block, file, line } of directives) {
    if (['types', 'map', 'upstream'].includes(within)) continue;
    if (!known.has(name)) throw new NginxConfigError(`unknown directive "${name}" in ${file}:${line}`);
    if (within === 'main' && ['server', 'location', 'listen'].includes(name))
      throw new NginxConfigError(`"${name}" directive is not allowed here in ${file}:${line}`);
    if (block) checkDirectives(block, name);
  }
}

/** Of the first directive of that name. */
export const argsOf = (directives: readonly Directive[] | undefined, name: string): readonly string[] | undefined =>
  directives?.find((each) => each.name === name)?.args;

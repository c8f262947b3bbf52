/** A configuration with the files it imports (containerd cmd/containerd/server/config LoadConfig, resolveImports). */
import { assembled, type LoadedConfig, loadConfig, mergedConfigs, readDocument } from './config-file.ts';

/** How files are read; `read` throws for one that is not there. */
export type ConfigSource = { readonly read: (path: string) => string; readonly glob: (pattern: string) => readonly string[] };

/** A file that is imported cannot be read; `loaded` is what stands without it. */
export class ImportError extends Error {
  readonly loaded: () => LoadedConfig;
  constructor(path: string, problem: unknown, loaded: () => LoadedConfig) {
    super(`open ${path}: ${problem instanceof Error ? problem.message.toLowerCase() : 'no such file or directory'}`);
    this.loaded = loaded;
  }
}

/** The file and, breadth first and each once, what it imports. Throws ConfigError, ImportError, or what `read` throws for the file itself. */
export function loadConfigs(source: ConfigSource, file: string, version: string): LoadedConfig {
  const text = source.read(file);
  const first = readDocument(text, file, version, '0');
  const pending = resolved(source, file, first.imports);
  if (pending.length === 0) return loadConfig(text, file, version);
  const seen = new Set([file]);
  const documents = [first.document];
  const warnings = [...first.warnings];
  let root = first.given;
  const loaded = (): LoadedConfig => assembled(mergedConfigs(documents, version), version, warnings);
  for (let path = pending.shift(); path !== undefined; path = pending.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const { document, given, imports, warnings: said } = readDocument(contents(source, path, loaded), path, version, `${root}`);
    root ||= given;
    documents.push(document);
    warnings.push(...said);
    pending.push(...resolved(source, path, imports));
  }
  return loaded();
}

function contents(source: ConfigSource, path: string, loaded: () => LoadedConfig): string {
  try {
    return source.read(path);
  } catch (error) {
    throw new ImportError(path, error, loaded);
  }
}

/** Relative to the folder of the file that imports; patterns may fit nothing. */
function resolved({ glob }: ConfigSource, parent: string, imports: readonly string[]): string[] {
  const folder = parent.slice(0, parent.lastIndexOf('/'));
  return imports.map((each) => clean(each.startsWith('/') ? each : `${folder}/${each}`)).flatMap((path) => (path.includes('*') ? glob(path) : [path]));
}

/** filepath.Clean of an absolute path. */
function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** How a build is shown while it runs: plain lines, or the table of a terminal (buildkit util/progress/progressui). */
/** A vertex begins, says something, ends: BuildProgress of the walls that builds cross. */
type Said = {
  readonly vertex: number;
  readonly name: string;
  readonly kind: 'start' | 'status' | 'log' | 'warning' | 'done' | 'cached' | 'error';
  readonly text: string;
  readonly at: number;
};

const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)}s`;

type Vertex = {
  readonly name: string;
  readonly start: number;
  end: number | undefined;
  cached: boolean;
  readonly statuses: string[];
  readonly logs: string[];
  readonly warnings: string[];
  failed: boolean;
};

/** Everything that was said, by vertex. */
export class BuildView {
  readonly vertices = new Map<number, Vertex>();
  #last = 0;

  /** Takes in what was said; gives the plain lines for it. */
  take({ vertex, name, kind, text, at }: Said): string {
    const known = this.vertices.get(vertex) ?? { name, start: at, end: undefined, cached: false, statuses: [], logs: [], warnings: [], failed: false };
    this.vertices.set(vertex, known);
    const gap = this.#last !== 0 && this.#last !== vertex && kind === 'start' ? '\n' : '';
    this.#last = vertex;
    if (kind === 'start') return `${gap}#${vertex} ${name}\n`;
    if (kind === 'status') {
      known.statuses.push(text);
      return `#${vertex} ${text}\n`;
    }
    if (kind === 'warning') {
      known.warnings.push(text);
      return `#${vertex} WARN: ${text}\n`;
    }
    if (kind === 'log') {
      const line = `${((at - known.start) / 1000).toFixed(3)} ${text}`;
      known.logs.push(line);
      return `#${vertex} ${line}\n`;
    }
    known.end = at;
    known.cached = kind === 'cached';
    known.failed = kind === 'error';
    return `#${vertex} ${kind === 'cached' ? 'CACHED' : kind === 'error' ? `ERROR: ${text}` : `DONE ${seconds(at - known.start)}`}\n`;
  }

  /** The failed step with its last words. */
  failure(): string {
    const failed = [...this.vertices.values()].find((each) => each.failed);
    return failed
      ? `------\n > ${failed.name}:\n${failed.logs
          .slice(-10)
          .map((line) => `${line}\n`)
          .join('')}------\n`
      : '';
  }

  /** What the linter found, once more at the end (buildx commands/build.go printWarnings). */
  warnings(debug: boolean): string {
    const found = [...this.vertices.values()].flatMap(({ warnings }) => warnings);
    if (found.length === 0) return '';
    const count = found.length === 1 ? '1 warning found' : `${found.length} warnings found`;
    return `\n \x1b[33m${count}${debug ? '' : ' (use docker --debug to expand)'}:\n\x1b[0m${found.map((each) => ` - ${each}\n`).join('')}`;
  }

  /** What stands on a terminal at the end. */
  table(width: number, title: string): string {
    const all = [...this.vertices.values()];
    const from = Math.min(...all.map(({ start }) => start));
    const to = Math.max(...all.map(({ start, end }) => end ?? start));
    const done = all.filter(({ end, failed }) => end !== undefined && !failed).length;
    const head = `[+] Building ${seconds(to - from)} (${done}/${all.length})${done === all.length ? ' FINISHED' : ''}`;
    const line = (text: string, time: string): string => `${text.slice(0, width - time.length - 1).padEnd(width - time.length)}${time}\n`;
    const rows = all.flatMap(({ name, start, end, cached, statuses, warnings, failed }) => [
      line(` => ${failed ? 'ERROR ' : ''}${cached ? 'CACHED ' : ''}${name}`, seconds((end ?? to) - start)),
      ...statuses.map((status) => line(` => => ${status.replace(/ done$/, '')}`, '0.0s')),
      ...warnings.map((warning) => line(` => WARN: ${warning}`, '0.0s')),
    ]);
    return `${line(head, title)}${rows.join('')}`;
  }
}

/** The place of an error in its file: a few lines around it (buildkit solver/errdefs/source.go). */
export function excerpt(file: string, source: string, [first, last]: readonly [number, number]): string {
  const lines = source.split('\n');
  if (first < 1 || first > lines.length) return '';
  let start = first;
  let end = Math.min(last, lines.length);
  const wanted = start === end ? 4 : 2;
  for (let shown = 0; shown < wanted; shown++) {
    if (start > 1) {
      start--;
      shown++;
    }
    if (end < lines.length) {
      end++;
      shown++;
    }
    if (start === 1 && end === lines.length) break;
  }
  const rows = lines.slice(start - 1, end).map((text, i) => {
    const number = start + i;
    return ` ${String(number).padStart(3)} | ${number >= first && number <= last ? '>>>' : '   '} ${text}\n`;
  });
  return `${file}:${first}\n--------------------\n${rows.join('')}--------------------\n`;
}

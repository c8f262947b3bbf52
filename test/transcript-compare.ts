/** Compares what the lab answers with a recording, after volatile tokens are masked. The format is in test/transcripts/README.md. */

export type Answer = { readonly command: string; readonly silent: boolean; readonly output: string; readonly exit: number };

export function parseAnswers(text: string): Answer[] {
  const answers: Answer[] = [];
  let inFile = false;
  let current: { command: string; silent: boolean; lines: string[]; closed: boolean } | undefined;
  for (const line of text.split('\n')) {
    if (inFile) {
      inFile = line !== '=== end';
      continue;
    }
    if (!current) {
      if (line.startsWith('=== file ')) inFile = true;
      else if (line.startsWith('$ ') || line.startsWith('% ')) current = { command: line.slice(2), silent: line.startsWith('%'), lines: [], closed: false };
      continue;
    }
    if (!current.closed && line.startsWith('> ')) {
      current.command += `\n${line.slice(2)}`;
      continue;
    }
    current.closed = true;
    const end = /^\[exit (-?\d+)\]/.exec(line);
    if (!end) {
      current.lines.push(line);
      continue;
    }
    answers.push({ command: current.command, silent: current.silent, output: current.lines.join('\n'), exit: Number(end[1]) });
    current = undefined;
  }
  return answers;
}

/** The alphabet of generated names. */
const safe = '[bcdfghjklmnpqrstvwxz2456789]';

const masks: readonly [RegExp, string | ((whole: string, ...groups: string[]) => string)][] = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d)?(?: [A-Z]{3,4})?(?: m=[+-][\d.]+)?/g, '<time>'],
  [/\b\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\b/g, '<time>'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:\d\d )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [\d: ]+(?:[+-]\d{4}|UTC|GMT)?(?: \d{4})?/g, '<time>'],
  [/\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ /g, '<klog> '],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\bsha256:[0-9a-f]{8,64}\b/g, '<digest>'],
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,13}\b/g, '<id>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<jwt>'],
  [/(\d+\.){3}\d+(?=[:/\s",;)\]]|$)/gm, '<ip>'],
  [/resourceVersion: "\d+"|"resourceVersion": ?"\d+"/g, 'resourceVersion: <rv>'],
  [/\bkube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-<x>'],
  [new RegExp(`-(?=${safe}*[2456789])${safe}{8,10}-${safe}{5}\\b`, 'g'), '-<hash>-<x>'],
  [new RegExp(`-(?=${safe}*[2456789])${safe}{8,10}\\b`, 'g'), '-<hash>'],
  [/\bImage size: \d+ bytes/g, 'Image size: <n> bytes'],
  // No word has five of these letters at its end; every fifth generated name has no digit.
  [new RegExp(`\\b(\\w[\\w-]*)-${safe}{5}\\b(?=["'\\s,.:/]|$)`, 'gm'), '$1-<x>'],
  [/pod-template-hash[=:] ?"?[a-z0-9]{8,10}"?/g, 'pod-template-hash=<hash>'],
  [/\b(?:\d+d)?(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:ms|µs|s)\b(?: ago)?/g, '<duration>'],
  [/\b\d+(?:d|h|m|y)(?:\d+(?:h|m|d))?\b(?=\s|$|\)|,| ago)/gm, '<duration>'],
  [/\b(?:Less than a second|About an? \w+|\d+ (?:second|minute|hour|day|week|month)s?) ago\b/g, '<ago>'],
  [/\bUp (?:Less than a second|About an? \w+|\d+ \w+)\b/g, 'Up <ago>'],
  [/\b\d+(?:\.\d+)?\s?(?:[KMGT]i?B|kB)\b/g, '<size>'],
  [/\b(pid|PID|Pid)(["':= ]+)\d+/g, '$1$2<pid>'],
  [/\b\d{2,7}(?=\s+(?:RUNNING|STOPPED|PAUSED|CREATED|UNKNOWN)\b)/g, '<pid>'],
  [/\/proc\/\d+\//g, '/proc/<pid>/'],
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, '<mac>'],
];

export function normalise(text: string): string {
  let out = text;
  for (const [pattern, by] of masks) out = typeof by === 'string' ? out.replace(pattern, by) : out.replace(pattern, by);
  return out
    .split('\n')
    .map((line) =>
      line
        .replace(/[ \t]+/g, ' ')
        .replace(/ -+ /g, ' ')
        .trimEnd(),
    )
    .join('\n')
    .trimEnd();
}

/** Commands that count, and whether the lab answers them as the real tool did. */
export function compareTranscripts(real: string, lab: string): { readonly command: string; readonly equal: boolean }[] {
  const have = parseAnswers(lab);
  return parseAnswers(real).flatMap((want, index) => {
    if (want.silent) return [];
    const got = have[index];
    return [{ command: want.command, equal: got?.command === want.command && got.exit === want.exit && normalise(got.output) === normalise(want.output) }];
  });
}

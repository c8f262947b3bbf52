import { UsageError } from '../arguments.ts';
import { type Language, languages } from '../lessons/lesson.ts';

/** What was asked for, else what the environment speaks, else English. */
export function languageOf(asked: string | undefined, env: NodeJS.ProcessEnv = process.env): Language {
  if (asked !== undefined) {
    const found = languages.find((each) => each === asked);
    if (!found) throw new UsageError(`--lang takes ${languages.join(' or ')}, not "${asked}"`);
    return found;
  }
  const spoken = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return languages.find((each) => spoken.toLowerCase().startsWith(each)) ?? 'en';
}

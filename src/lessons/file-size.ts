/** How large a lesson's file may be: known without the reader of YAML, which the first frame does not wait for. */
import type { Problem } from './lesson.ts';

/** In bytes. */
export const largestFile = 256 * 1024;

/** For who has looked at the size before reading it. */
export const tooLarge = (file: string, bytes: number): Problem => ({
  file,
  line: 1,
  message: `the file has ${Math.ceil(bytes / 1024)} KiB`,
  remedy: `A lesson's file has ${largestFile / 1024} KiB at most; put large texts into the world's files`,
});

/** Writes a file whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Language } from '../lessons/lesson.ts';
import { own } from '../sim/own.ts';
import { makeFolder } from './make-folder.ts';

type Reason = readonly [en: string, ko: string];

const denied: Reason = ['you may not write there; choose another place with -o', '쓸 권한이 없습니다. -o로 다른 곳을 정하세요'];
const blocked: Reason = ['part of the path is no folder; choose another place with -o', '경로 중에 폴더가 아닌 것이 있습니다. -o로 다른 곳을 정하세요'];
const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: ['the disk is full; make room and run it again', '디스크가 가득 찼습니다. 공간을 비우고 다시 실행하세요'],
  EDQUOT: ['your quota of the disk is used up; make room and run it again', '디스크 할당량을 다 썼습니다. 공간을 비우고 다시 실행하세요'],
  EFBIG: [
    'files may not become so large here (ulimit -f); raise the limit and run it again',
    '파일 크기 제한(ulimit -f)을 넘었습니다. 제한을 늘리고 다시 실행하세요',
  ],
  EACCES: denied,
  EPERM: denied,
  EROFS: ['the disk can only be read; choose another place with -o', '읽기 전용 디스크입니다. -o로 다른 곳을 정하세요'],
  ENOENT: ['there is no such folder; make it, or choose another place with -o', '그런 폴더가 없습니다. 폴더를 만들거나 -o로 다른 곳을 정하세요'],
  EEXIST: blocked,
  ENOTDIR: blocked,
  EISDIR: ['it is a folder; name a file with -o', '폴더입니다. -o에 파일 이름을 적으세요'],
};

/** What went wrong, with a remedy, for people; the message is in English. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  /** The system's name for it. */
  readonly code: string;
  readonly #path: string;
  readonly #system: string;

  constructor(path: string, code: string, system: string) {
    super();
    this.#path = path;
    this.#system = system;
    this.code = code;
    this.message = this.told('en');
  }

  told(language: Language): string {
    const reason = own(reasons, this.code)?.[language === 'ko' ? 1 : 0] ?? this.#system;
    return language === 'ko' ? `${this.#path}: 쓰지 못했습니다. ${reason}` : `${this.#path} was not written: ${reason}`;
  }
}

/** A reader sees the old file or the new one; throws Node's errors (ENOSPC …), with nothing left behind. */
export function writeWhole(path: string, pieces: Iterable<string>): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, 'wx', 0o644);
    try {
      for (const text of pieces) {
        const bytes = Buffer.from(text);
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    dropQuietly(temporary);
    throw writeError(path, error);
  }
}

/** Makes the folder too. */
export function writeInFolder(path: string, pieces: Iterable<string>): void {
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw writeError(dirname(path), error);
  }
  writeWhole(path, pieces);
}

/** Errors that are not the system's stay what they are. */
export function writeError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new WriteError(path, code, (error as Error).message);
}

/** What cannot be removed stays. */
export function dropQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is not there, or lies in no folder.
  }
}

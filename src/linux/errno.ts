/** errno: what a system call answers when it cannot. */

const texts = {
  E2BIG: 'Argument list too long',
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EAGAIN: 'Resource temporarily unavailable',
  EBADF: 'Bad file descriptor',
  EBUSY: 'Device or resource busy',
  ECHILD: 'No child processes',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EEXIST: 'File exists',
  EHOSTUNREACH: 'No route to host',
  EINTR: 'Interrupted system call',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  ENAMETOOLONG: 'File name too long',
  ENETUNREACH: 'Network is unreachable',
  ENOENT: 'No such file or directory',
  ENOEXEC: 'Exec format error',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'Directory not empty',
  ENOTSOCK: 'Socket operation on non-socket',
  ENXIO: 'No such device or address',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  EPROTO: 'Protocol error',
  EROFS: 'Read-only file system',
  ESRCH: 'No such process',
  ETIMEDOUT: 'Connection timed out',
  ETXTBSY: 'Text file busy',
  EXDEV: 'Invalid cross-device link',
} as const;

/** Codes that the lab's kernel gives, those of errno.h. */
export type ErrnoCode = keyof typeof texts;

/** `message` is strerror's text, as programs print it after `cat: /nosuch: `. */
export class Errno extends Error {
  readonly code: ErrnoCode;
  readonly path: string | undefined;
  constructor(code: ErrnoCode, path?: string) {
    super(texts[code]);
    this.code = code;
    this.path = path;
  }
}

/** Whether a system call failed, of that code if one is given. Everything else that is thrown is a bug, to be thrown on. */
export const isErrno = (error: unknown, code?: ErrnoCode): error is Errno => error instanceof Errno && (code === undefined || error.code === code);

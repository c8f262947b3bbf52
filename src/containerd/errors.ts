/** containerd's errors (pkg errdefs): the text carries the kind at its end. */
import { ContainerdError } from '../interfaces/containerd.ts';

/** `…: not found` */
export const notFound = (text: string): ContainerdError => new ContainerdError('not found', `${text}: not found`);
/** `…: already exists` */
export const alreadyExists = (text: string): ContainerdError => new ContainerdError('already exists', `${text}: already exists`);
/** `…: failed precondition` */
export const failedPrecondition = (text: string): ContainerdError => new ContainerdError('failed precondition', `${text}: failed precondition`);
/** `…: invalid argument` */
export const invalidArgument = (text: string): ContainerdError => new ContainerdError('invalid argument', `${text}: invalid argument`);
/** An error of no kind. */
export const unknown = (text: string): ContainerdError => new ContainerdError('unknown', text);

/** containerd's errors (pkg errdefs): the text carries the kind at its end. */
import { ContainerdError } from '../interfaces/containerd.ts';

export const notFound = (text: string): ContainerdError => new ContainerdError('not found', `${text}: not found`);
export const alreadyExists = (text: string): ContainerdError => new ContainerdError('already exists', `${text}: already exists`);
export const failedPrecondition = (text: string): ContainerdError => new ContainerdError('failed precondition', `${text}: failed precondition`);
export const invalidArgument = (text: string): ContainerdError => new ContainerdError('invalid argument', `${text}: invalid argument`);
export const unknown = (text: string): ContainerdError => new ContainerdError('unknown', text);

/** From containerd's errors to gRPC's (errdefs/pkg/errgrpc). */
import { ContainerdError, type ContainerdErrorCode } from '../../interfaces/containerd.ts';
import { CriError, type GrpcCode } from '../../interfaces/cri.ts';

const codes: Readonly<Record<ContainerdErrorCode, GrpcCode>> = {
  'not found': 'NotFound',
  'already exists': 'AlreadyExists',
  'failed precondition': 'FailedPrecondition',
  'invalid argument': 'InvalidArgument',
  unavailable: 'Unavailable',
  unknown: 'Unknown',
};

/** Passes CriErrors and bugs on; puts `prefix` before what containerd said. */
export function toRpc(error: unknown, prefix = ''): unknown {
  if (error instanceof ContainerdError) return new CriError(codes[error.code], prefix + error.message);
  if (error instanceof CriError && prefix !== '') return new CriError(error.code, prefix + error.desc);
  return error;
}

/** The text of an error that is one of ours, undefined for a bug. */
export const textOf = (error: unknown): string | undefined =>
  error instanceof ContainerdError ? error.message : error instanceof CriError ? error.desc : undefined;

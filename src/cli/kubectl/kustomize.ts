import type { Process } from '../../linux/process.ts';
import { KubectlError } from './errors.ts';
import type { Obj } from './json.ts';
export function buildKustomization(process: Process, folder: string): readonly Obj[] { throw new KubectlError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${process.path(folder)}'`); }

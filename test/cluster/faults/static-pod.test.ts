import { test } from 'vitest';
import { staticPodFaults } from '../../../src/cluster/faults/static-pod-table.ts';
import { tryFault } from './one-fault.ts';

test.each(staticPodFaults.map((fault) => [fault.id, fault] as const))('%s', (_id, fault) => tryFault(fault));

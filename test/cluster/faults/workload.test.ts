import { test } from 'vitest';
import { workloadFaults } from '../../../src/cluster/faults/workload-table.ts';
import { tryFault } from './one-fault.ts';

test.each(workloadFaults.map((fault) => [fault.id, fault] as const))('%s', (_id, fault) => tryFault(fault));

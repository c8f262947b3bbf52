import { test } from 'vitest';
import { machineFaults } from '../../../src/cluster/faults/machine-table.ts';
import { tryFault } from './one-fault.ts';

test.each(machineFaults.map((fault) => [fault.id, fault] as const))('%s', (_id, fault) => tryFault(fault));

import { test } from 'vitest';
import { nodeFaults } from '../../../src/cluster/faults/node-table.ts';
import { tryFault } from './one-fault.ts';

test.each(nodeFaults.map((fault) => [fault.id, fault] as const))('%s', (_id, fault) => tryFault(fault));

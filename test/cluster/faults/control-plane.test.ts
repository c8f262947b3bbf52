import { test } from 'vitest';
import { controlPlaneFaults } from '../../../src/cluster/faults/control-plane-table.ts';
import { tryFault } from './one-fault.ts';

test.each(controlPlaneFaults.map((fault) => [fault.id, fault] as const))('%s', (_id, fault) => tryFault(fault));

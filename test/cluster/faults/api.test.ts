import { test } from 'vitest';
import { apiFaults } from '../../../src/cluster/faults/api-table.ts';
import { tryFault } from './one-fault.ts';

test.each(apiFaults.map((fault) => [fault.id, fault] as const))('%s', (_id, fault) => tryFault(fault));

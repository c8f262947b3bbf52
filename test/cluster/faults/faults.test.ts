import { test } from 'vitest';
import { faults } from '../../../src/cluster/faults/index.ts';
import { tryFault } from './one-fault.ts';

/** Of all faults every third, unless all are asked for: K8S_LAB_FAULTS=all, or the names of some, separated by commas. */
const wanted = process.env['K8S_LAB_FAULTS'];
const chosen = faults.filter(({ id }, index) => wanted === 'all' || (wanted === undefined ? index % 3 === 0 : wanted.split(',').includes(id)));

test.each(chosen.map((fault) => [fault.id, fault] as const))('%s', (_id, fault) => tryFault(fault));

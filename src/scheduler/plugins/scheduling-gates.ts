import type { Plugin } from '../framework.ts';

/** A gated pod never enters the queue. pkg/scheduler/framework/plugins/schedulinggates. */
export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  helpedBy: ['PodUpdate'],
  admits: (pod) => !(pod.spec as { schedulingGates?: readonly unknown[] }).schedulingGates?.length,
};

/** What a submission may use: steps of the engine, processes alive at once, and processor time of its machines (some to begin with, more for each line, and an end). */
export type Budget = {
  readonly steps: number;
  readonly processes: number;
  readonly cpuSeconds: { readonly base: number; readonly line: number; readonly most: number };
  /** Heavy work (`sim.strain`): what a line that never ends uses up in a second or so. Some to begin with, more for each line and each second of virtual time, and an end. */
  readonly strain: { readonly base: number; readonly line: number; readonly second: number; readonly most: number };
};

/** The heaviest solution uses a sixth of the most strain, and a twenty-fifth of the steps. */
export const defaultBudget: Budget = {
  steps: 400_000,
  processes: 600,
  cpuSeconds: { base: 5, line: 0.5, most: 40 },
  strain: { base: 36_000, line: 2_000, second: 10, most: 100_000 },
};

/** The usual one, with another number of steps if one is given. */
export const newBudget = (steps: number | undefined): Budget => ({ ...defaultBudget, ...(steps === undefined ? {} : { steps }) });

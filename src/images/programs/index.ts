/** Programs that only images have, by the name their files carry. */
import type { Program } from '../../linux/program.ts';
import { pause } from './pause.ts';

export const imagePrograms: Readonly<Record<string, Program>> = { pause };

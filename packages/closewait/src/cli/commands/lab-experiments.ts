import type { Command } from '../command.ts';

/** What the laboratory measures, beside its scenarios: each is a command below `closewait lab`. */
export const LAB_EXPERIMENTS: readonly Command[] = [];

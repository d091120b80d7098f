import { createStyle, type Paint } from '../../report/index.ts';

/** What a colour says; the words, the columns and the heavy frame say it too. */
export type Ink = 'plain' | 'faint' | 'strong' | 'active' | 'active-strong' | 'passive' | 'passive-strong' | 'alarm';

/** The painters of the state diagram: the active close and the passive one each have a colour. */
export function createInks(colour: boolean): Readonly<Record<Ink, Paint>> {
  const { alarm, command, faint, strong, warn } = createStyle(colour);
  return {
    plain: (text) => text,
    faint,
    strong,
    active: command,
    'active-strong': (text) => strong(command(text)),
    passive: warn,
    'passive-strong': (text) => strong(warn(text)),
    alarm,
  };
}

import type { Paint } from '@closewait/core/report';
import type { ProcessRow, Verdict } from '../model/host-look.ts';
import { descriptorShare } from '../model/sort-rows.ts';
import type { Palette } from './palette.ts';

/** Share of the descriptors in use from which it is named, and from which it is an alarm; as in the report. */
const HIGH_USE = 0.8;
const ALARMING_USE = 0.95;

/** How soon the descriptors run out where that is an alarm. */
const ALARMINGLY_SOON_MS = 600_000;

/** The colour of a verdict: what leaks, what has stopped, what is harmless. */
export function paintVerdict({ severity }: Verdict, palette: Palette): Paint {
  return { leak: palette.alarm, stall: palette.warn, benign: palette.good }[severity];
}

/** The colour of the descriptors in use. */
export function paintDescriptors(row: ProcessRow, palette: Palette): Paint {
  const share = descriptorShare(row) ?? 0;
  return share > ALARMING_USE ? palette.alarm : share > HIGH_USE ? palette.warn : same;
}

/** The colour of the time until they run out. */
export function paintFull({ full }: ProcessRow, palette: Palette): Paint {
  return full !== null && full.inMs < ALARMINGLY_SOON_MS ? palette.alarm : same;
}

function same(text: string): string {
  return text;
}

import { type MaintenanceWindow, WEEKDAYS, type Weekday } from './policy.ts';

/** Whether something may be done now: in one of the windows, or at any time where there are none. */
export function isWindowOpen(windows: readonly MaintenanceWindow[], wallMs: number): boolean {
  return windows.length === 0 || windows.some((window) => isOpen(window, wallMs));
}

function isOpen({ days, fromMin, toMin, timezone }: MaintenanceWindow, wallMs: number): boolean {
  const { day, minute } = readWallClock(wallMs, timezone);
  if (fromMin < toMin) return days.includes(day) && minute >= fromMin && minute < toMin;
  // Past midnight it is still the window of the day on which it began.
  return (days.includes(day) && minute >= fromMin) || (days.includes(dayBefore(day)) && minute < toMin);
}

/**
 * What a clock on the wall shows there. Where it is set forward, a window that lies within the skipped hour does not
 * happen; where it is set back, what is in the repeated hour happens twice.
 */
function readWallClock(wallMs: number, timezone: string): { readonly day: Weekday; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(wallMs).map(({ type, value }) => [type, value]));
  const day = WEEKDAYS.find((name) => name === parts.get('weekday')) ?? 'Mon';
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

function dayBefore(day: Weekday): Weekday {
  return WEEKDAYS[(WEEKDAYS.indexOf(day) + WEEKDAYS.length - 1) % WEEKDAYS.length] ?? day;
}

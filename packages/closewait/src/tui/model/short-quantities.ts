const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in at most six columns, rounded down: `640ms`, `2.1s`, `4m10s`, `3h12m`, `4d6h`, `412d`. */
export function shortDuration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.floor(ms))}ms`;
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m${pad(Math.floor((ms % MINUTE) / SECOND))}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h${pad(Math.floor((ms % HOUR) / MINUTE))}m`;
  const days = Math.floor(ms / DAY);
  return days < 100 ? `${days}d${Math.floor((ms % DAY) / HOUR)}h` : `${days}d`;
}

/** A count in at most five columns from a million on; whole below: `1,204`, `95,000`, `1.2M`. */
export function shortCount(count: number): string {
  if (count < 1_000_000) return String(Math.trunc(count)).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${(Math.floor(count / 100_000) / 10).toFixed(1)}M`;
}

/** A rate with its sign: `+46`, `-3`, `+0.4`, `0`. */
export function shortRate(perMin: number): string {
  const size = Math.abs(perMin);
  if (size < 0.05) return '0';
  const sign = perMin > 0 ? '+' : '-';
  return `${sign}${size < 9.95 && !Number.isInteger(size) ? size.toFixed(1) : shortCount(Math.round(size))}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

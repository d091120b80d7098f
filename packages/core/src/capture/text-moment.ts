/** A moment of the capture: `13:41:07.123`, with the date where that is not the capture's first day. UTC. */
export function formatMoment(time: string, dayOf: string | null): string {
  const clock = time.slice(11, 23);
  return dayOf !== null && time.slice(0, 10) === dayOf.slice(0, 10) ? clock : `${time.slice(0, 10)} ${clock}`;
}
